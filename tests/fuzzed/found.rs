//! What the fuzzer found, each as a test of its own.

use convometrics::Event;

use crate::bodies;

/// A name that is not there can be given twice too; it is shown as what it is, in one line.
#[test]
fn a_name_given_twice_is_shown_in_one_line_whatever_it_is() {
    for (name, shown) in [("", ""), ("\\n", "\\n"), ("\\u001b[31m", "\\u{1b}[31m")] {
        let line = format!(r#"{{"{name}":1,"{name}":2}}"#);
        let error = Event::from_json(&line).unwrap_err().to_string();
        let said = format!("`{shown}` is given twice; allowed: each name once in one object");
        assert_eq!(error, said);
        bodies::event::body(line.as_bytes());
    }
}
