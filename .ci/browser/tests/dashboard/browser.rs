//! A page that is open in Chromium, with all that it asks for and complains of.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use headless_chrome::browser::tab::Tab;
use headless_chrome::protocol::cdp::types::Event;
use headless_chrome::protocol::cdp::{Emulation, Network, Page};
use headless_chrome::{Browser, LaunchOptions};
use serde::de::DeserializeOwned;

/// Of what a person has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u32,
    pub(crate) is_dark: bool,
    pub(crate) is_paper: bool,
}

pub(crate) const DESKTOP: Screen = Screen {
    width: 1280,
    is_dark: false,
    is_paper: false,
};

pub(crate) struct Opened {
    tab: Arc<Tab>,
    heard: Arc<Mutex<Heard>>,
    _browser: Browser,
}

/// What the browser said while the page was open.
#[derive(Debug, Default, Clone)]
pub(crate) struct Heard {
    /// What was asked for, by address.
    pub(crate) requests: Vec<String>,
    /// Messages of the console, errors and refusals.
    pub(crate) complaints: Vec<String>,
}

pub(crate) fn open(page: &Path, screen: Screen) -> Opened {
    let arguments = [
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--hide-scrollbars",
    ];
    let options = LaunchOptions {
        // As root there is none to be had.
        sandbox: false,
        window_size: Some((screen.width, 900)),
        path: Some("/usr/bin/chromium".into()),
        args: arguments.iter().map(OsStr::new).collect(),
        idle_browser_timeout: Duration::from_mins(2),
        ..LaunchOptions::default()
    };
    let browser = Browser::new(options).expect("Chromium, which is Debian's package `chromium`");
    let tab = browser.new_tab().unwrap();
    let heard = Arc::new(Mutex::new(Heard::default()));
    let listener = {
        let heard = Arc::clone(&heard);
        move |event: &Event| {
            let mut heard = heard.lock().unwrap();
            match event {
                Event::NetworkRequestWillBeSent(event) => {
                    heard.requests.push(event.params.request.url.clone());
                }
                Event::LogEntryAdded(event) => {
                    heard.complaints.push(event.params.entry.text.clone());
                }
                Event::RuntimeConsoleAPICalled(event) => {
                    heard.complaints.push(format!("{:?}", event.params.args));
                }
                Event::RuntimeExceptionThrown(event) => {
                    heard
                        .complaints
                        .push(format!("{:?}", event.params.exception_details));
                }
                Event::PageJavascriptDialogOpening(event) => {
                    heard
                        .complaints
                        .push(format!("a dialog: {}", event.params.message));
                }
                _ => {}
            }
        }
    };
    tab.add_event_listener(Arc::new(listener)).unwrap();
    tab.enable_log().unwrap();
    tab.enable_runtime().unwrap();
    tab.call_method(Network::Enable {
        max_total_buffer_size: None,
        max_resource_buffer_size: None,
        max_post_data_size: None,
        report_direct_socket_traffic: None,
        enable_durable_messages: None,
    })
    .unwrap();
    let feature = |name: &str, value: &str| Emulation::MediaFeature {
        name: name.to_owned(),
        value: value.to_owned(),
    };
    tab.call_method(Emulation::SetEmulatedMedia {
        media: Some(if screen.is_paper { "print" } else { "screen" }.to_owned()),
        features: Some(vec![feature(
            "prefers-color-scheme",
            if screen.is_dark { "dark" } else { "light" },
        )]),
    })
    .unwrap();
    let opened = Opened {
        tab,
        heard,
        _browser: browser,
    };
    opened.resize(screen.width, 900);
    opened
        .tab
        .navigate_to(&format!("file://{}", page.display()))
        .unwrap()
        .wait_until_navigated()
        .unwrap();
    opened
}

impl Opened {
    fn resize(&self, width: u32, height: u32) {
        let metrics = Emulation::SetDeviceMetricsOverride {
            width,
            height,
            device_scale_factor: 1.0,
            mobile: false,
            scale: None,
            screen_width: None,
            screen_height: None,
            position_x: None,
            position_y: None,
            dont_set_visible_size: None,
            screen_orientation: None,
            viewport: None,
            display_feature: None,
            device_posture: None,
        };
        self.tab.call_method(metrics).unwrap();
    }

    /// What an expression is in the page.
    pub(crate) fn ask<T: DeserializeOwned>(&self, expression: &str) -> T {
        let asked = format!("(async () => JSON.stringify(await ({expression})))()");
        let answer = self.tab.evaluate(&asked, true).unwrap().value;
        let text = answer.unwrap_or_else(|| panic!("no answer to {expression}"));
        serde_json::from_str(text.as_str().unwrap()).unwrap()
    }

    /// Runs statements in the page.
    pub(crate) fn run(&self, statements: &str) {
        self.tab.evaluate(statements, true).unwrap();
    }

    pub(crate) fn click(&self, selector: &str) {
        self.tab.find_element(selector).unwrap().click().unwrap();
    }

    pub(crate) fn press(&self, key: &str) {
        self.tab.press_key(key).unwrap();
    }

    pub(crate) fn heard(&self) -> Heard {
        // Whatever was said before this is answered has been heard.
        self.run("new Promise(requestAnimationFrame)");
        self.heard.lock().unwrap().clone()
    }

    /// A picture of the page from top to bottom.
    pub(crate) fn picture(&self, width: u32) -> Vec<u8> {
        let height: u32 = self.ask("document.documentElement.scrollHeight");
        self.resize(width, height.min(16_000));
        let format = Page::CaptureScreenshotFormatOption::Png;
        self.tab
            .capture_screenshot(format, None, None, true)
            .unwrap()
    }
}
