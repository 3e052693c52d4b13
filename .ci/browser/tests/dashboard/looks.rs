//! How it looks and how fast it is there: pictures to be looked at are in `target/dashboard`.

use std::fs;

use crate::browser::{DESKTOP, Screen, open};
use crate::made::{made, made_of, project, run};

#[test]
fn it_fits_a_phone_a_tablet_a_desk_the_dark_and_paper() {
    let made = made(&["--zone", "Europe/Paris"]);
    let folder = project().join("target/dashboard");
    fs::create_dir_all(&folder).unwrap();
    let light = |width| Screen { width, ..DESKTOP };
    for (name, screen) in [
        ("phone", light(360)),
        ("tablet", light(768)),
        ("desk", light(1280)),
        (
            "dark",
            Screen {
                is_dark: true,
                ..DESKTOP
            },
        ),
        (
            "paper",
            Screen {
                width: 800,
                is_dark: true,
                is_paper: true,
            },
        ),
    ] {
        let page = open(&made.page, screen);
        let widest: u32 = page.ask("document.documentElement.scrollWidth");
        assert!(
            widest <= screen.width,
            "{name}: {widest} of {}",
            screen.width
        );
        // What is read stands out from what it stands on (WCAG asks for 4.5), in every piece of text that is seen.
        let faintest: (f64, String) = page.ask(CONTRAST);
        assert!(faintest.0 >= 4.5, "{name}: {faintest:?}");
        let picture = page.picture(screen.width);
        assert!(picture.starts_with(b"\x89PNG"));
        fs::write(folder.join(format!("{name}.png")), picture).unwrap();
        assert_eq!(page.heard().complaints, [""; 0], "{name}");
    }
}

/// The text with the least contrast, and how much it is, by WCAG's formula.
const CONTRAST: &str = "(() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([red, green, blue]) => [red, green, blue]
        .map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const beneath = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour.length === 3 || colour[3] > 0) return colour;
        }
        throw new Error('nothing beneath');
    };
    let found = [21, ''];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || element.closest('script, .skip') || !element.checkVisibility()) continue;
        if (element.matches('.ct-tip, title')) continue;
        const style = getComputedStyle(element);
        const colour = element.namespaceURI.endsWith('svg') ? style.fill : style.color;
        const [one, other] = [light(channels(colour)), light(beneath(element))].sort((a, b) => b - a);
        const contrast = (one + 0.05) / (other + 0.05);
        if (contrast < found[0]) found = [contrast, texts.currentNode.data];
    }
    return found;
})()";

#[test]
fn a_page_of_a_million_events_is_small_and_opens_in_under_a_second() {
    let log = run(
        "generate",
        &[
            "--start",
            "2025-11-01",
            "--days",
            "365",
            "--visitors-a-day",
            "700",
        ],
    );
    let events = log.lines().count();
    assert!(events >= 1_000_000, "{events} events");
    let made = made_of(&log, &[]);
    let bytes = fs::metadata(&made.page).unwrap().len();
    // From the start to where all is loaded, and to where something is seen: the best of three, for the machine may be busy.
    let (mut loaded, mut seen) = (f64::MAX, f64::MAX);
    for _ in 0..3 {
        let page = open(&made.page, DESKTOP);
        loaded = loaded.min(page.ask("performance.getEntriesByType('navigation')[0].loadEventEnd"));
        seen = seen.min(page.ask(
            "new Promise((found) => new PerformanceObserver((list) => found(list.getEntriesByName('first-contentful-paint')[0].startTime))
                .observe({ type: 'paint', buffered: true }))",
        ));
    }
    println!(
        "{events} events, {bytes} bytes, loaded after {loaded:.0} ms, seen after {seen:.0} ms"
    );
    assert!(bytes < 2_000_000, "{bytes} bytes");
    assert!(loaded > 0.0 && loaded < 1000.0, "{loaded} ms");
    assert!(seen < 1000.0, "{seen} ms");
}
