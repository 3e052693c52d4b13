//! Conversational-commerce events in, metrics out.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::indexing_slicing
    )
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attribution;
mod error;
pub mod event;
mod id;
mod journey;
pub mod ledger;
pub mod metrics;
mod money;
mod ratio;
pub mod report;
pub mod time;

pub use attribution::{Model, WindowEdge};
pub use error::{FieldError, OptionError};
pub use event::{
    CallEvent, ChatEvent, ClickTarget, Event, EventKind, EventType, OrderEvent, Participant,
    PlacedOrder, Rating, SessionEvent, Side, SurveyEvent, SurveyOutcome, WidgetEvent,
};
#[cfg(feature = "json")]
pub use event::{JsonError, MAX_LINE_BYTES, NdjsonReader, ReadError, ReadErrorKind};
pub use id::{
    AgentId, AutoMessageId, CallId, ConversationId, EventId, Feedback, LinkUrl, MAX_ID_BYTES,
    OrderId, PageUrl, SessionId, SurveyId, TriggerId, VisitorId,
};
pub use journey::PageGrouping;
pub use ledger::{Arrival, Arrivals, Ledger, LedgerFull};
pub use metrics::gmv::GmvScope;
pub use money::{Amount, AverageAmount, AverageByCurrency, Currency, Money, MoneyByCurrency, Sum};
pub use ratio::{Mean, MeanMinutes, Ratio};
pub use report::{AttributionOptions, DataQuality, Options, Report, ReportOptions};
pub use time::{Period, Zone};
