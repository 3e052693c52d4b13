//! The dashboard as a person has it: opened by a real Chromium, looked at, clicked, and compared with the report.

mod browser;
mod figures;
mod hostile;
mod looks;
mod made;
mod use_of_it;
