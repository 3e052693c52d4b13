//! The words of an event: what its type has, in whole words, and in eight bits of detail what does not need one.
//!
//! Snapshots hold words as they are: what they mean is a part of their format, and another meaning is another version.

use super::interner::{Id, Symbol};
use super::tables::Tables;
use crate::event::{By, ClickTarget, EventType, Fact, Parts, Price, Rating, SurveyOutcome};
use crate::money::Amount;
use crate::name::Name;

// What the details of a type say.
const BY_AGENT: u32 = 1;
const BY_AUTOMATION: u32 = 2;
const OTHER_TARGET: u32 = 1;
const HAS_URL: u32 = 1;
const HAS_DISCOUNT: u32 = 1;
const HAS_TAX: u32 = 2;
const RATING: u32 = 7;
const CLOSED: u32 = 8;
const HAS_FEEDBACK: u32 = 16;

/// The most words that an event has: an order's, with `seq`, session, page, order, currency and three amounts.
pub(super) const MOST_WORDS: usize = 11;

/// The most texts, ids among them, that one event brings.
pub(super) const MOST_TEXTS: usize = 8;

/// The lower and the upper half.
pub(super) const fn halves(word: u64) -> [u32; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "each half as it is")]
    [word as u32, (word >> 32) as u32]
}

/// Writes what an event says; `None` where a table is full.
pub(super) struct Writer<'a> {
    pub(super) words: &'a mut Vec<u32>,
    pub(super) tables: &'a mut Tables,
}

impl Writer<'_> {
    /// Writes all words; gives the details.
    pub(super) fn write(&mut self, parts: &Parts<'_, Name<'_>>) -> Option<u32> {
        if parts.seq != 0 {
            self.words.push(parts.seq);
        }
        if let Some(session) = parts.session {
            self.id(session)?;
        }
        if let Some(page) = parts.page {
            self.text(page)?;
        }
        self.fact(&parts.fact)
    }

    fn id(&mut self, name: Name<'_>) -> Option<()> {
        let id = self.tables.intern_id(name)?;
        self.words.push(id.to_word());
        Some(())
    }

    fn text(&mut self, text: &str) -> Option<()> {
        let symbol = self.tables.texts.intern(text)?;
        self.words.push(symbol.to_word());
        Some(())
    }

    /// A text that may be absent; gives the detail that says that it is there.
    fn optional_text(&mut self, text: Option<&str>, detail: u32) -> Option<u32> {
        match text {
            Some(text) => self.text(text).map(|()| detail),
            None => Some(0),
        }
    }

    fn by(&mut self, by: By<&str>) -> Option<u32> {
        match by {
            By::Visitor => Some(0),
            By::Agent(agent) => self.text(agent).map(|()| BY_AGENT),
        }
    }

    fn amount(&mut self, amount: Amount) {
        let millionths = amount.millionths().cast_unsigned();
        self.words.extend(halves(millionths));
    }

    /// An amount that is not written where it is 0.
    fn amount_or_zero(&mut self, amount: Amount, detail: u32) -> u32 {
        if amount.is_zero() {
            return 0;
        }
        self.amount(amount);
        detail
    }

    fn fact(&mut self, fact: &Fact<Name<'_>, &str>) -> Option<u32> {
        Some(match *fact {
            Fact::WidgetImpression | Fact::SessionEnded => 0,
            Fact::WidgetClicked { target } => match target {
                ClickTarget::Widget => 0,
                ClickTarget::ChatNotification => OTHER_TARGET,
            },
            Fact::AutoMessageClicked {
                trigger,
                auto_message,
                url,
            } => {
                self.text(trigger)?;
                self.text(auto_message)?;
                self.optional_text(url, HAS_URL)?
            }
            Fact::ChatRequested { conversation, by } => {
                self.id(conversation)?;
                self.by(by)?
            }
            Fact::CallRequested {
                conversation,
                call,
                by,
            } => {
                self.id(conversation)?;
                self.id(call)?;
                self.by(by)?
            }
            Fact::AgentAssigned {
                conversation,
                agent,
            } => {
                self.id(conversation)?;
                self.text(agent).map(|()| 0)?
            }
            Fact::MessageSent { conversation, by } => {
                self.id(conversation)?;
                match by {
                    Some(by) => self.by(by)?,
                    None => BY_AUTOMATION,
                }
            }
            Fact::CallAnswered { call, agent } => {
                self.id(call)?;
                self.text(agent).map(|()| 0)?
            }
            Fact::CallAccepted { call }
            | Fact::CallConnected { call }
            | Fact::CallDeclined { call }
            | Fact::CallCancelled { call }
            | Fact::CallMissed { call }
            | Fact::CallEnded { call } => self.id(call).map(|()| 0)?,
            Fact::OrderPlaced { order, price } => {
                self.id(order)?;
                let currency = self.tables.intern_currency(price.currency)?;
                self.words.push(currency);
                self.amount(price.subtotal);
                self.amount_or_zero(price.discount, HAS_DISCOUNT)
                    | self.amount_or_zero(price.included_tax, HAS_TAX)
            }
            Fact::OrderRefunded { order, amount } => {
                self.id(order)?;
                self.amount(amount);
                0
            }
            Fact::OrderCancelled { order } => self.id(order).map(|()| 0)?,
            Fact::SurveyAnswered {
                survey,
                conversation,
                rating,
                feedback,
                outcome,
            } => {
                self.id(survey)?;
                self.id(conversation)?;
                let stars = rating.map_or(0, |rating| u32::from(rating.stars()));
                let closed = match outcome {
                    SurveyOutcome::Submitted => 0,
                    SurveyOutcome::Closed => CLOSED,
                };
                stars | closed | self.optional_text(feedback, HAS_FEEDBACK)?
            }
        })
    }
}

/// The words of one event, as [`Writer`] wrote them; one that is not there is 0.
pub(super) struct Reader<'a> {
    pub(super) words: std::slice::Iter<'a, u32>,
    pub(super) detail: u32,
}

impl Reader<'_> {
    pub(super) fn word(&mut self) -> u32 {
        self.words.next().copied().unwrap_or_default()
    }

    pub(super) fn id(&mut self) -> Id {
        Id::from_word(self.word())
    }

    pub(super) fn text(&mut self) -> Symbol {
        Symbol::from_word(self.word())
    }

    fn has(&self, detail: u32) -> bool {
        self.detail & detail != 0
    }

    fn by(&mut self) -> By<Symbol> {
        if self.has(BY_AGENT) {
            By::Agent(self.text())
        } else {
            By::Visitor
        }
    }

    fn amount(&mut self) -> Amount {
        let [low, high] = [self.word(), self.word()].map(u64::from);
        Amount::from_millionths((low | high << 32).cast_signed())
    }

    fn amount_or_zero(&mut self, detail: u32) -> Amount {
        if self.has(detail) {
            self.amount()
        } else {
            Amount::ZERO
        }
    }

    pub(super) fn fact(&mut self, event_type: EventType, tables: &Tables) -> Fact<Id, Symbol> {
        match event_type {
            EventType::WidgetImpression => Fact::WidgetImpression,
            EventType::WidgetClicked => Fact::WidgetClicked {
                target: if self.has(OTHER_TARGET) {
                    ClickTarget::ChatNotification
                } else {
                    ClickTarget::Widget
                },
            },
            EventType::AutoMessageClicked => Fact::AutoMessageClicked {
                trigger: self.text(),
                auto_message: self.text(),
                url: self.has(HAS_URL).then(|| self.text()),
            },
            EventType::ChatRequested => Fact::ChatRequested {
                conversation: self.id(),
                by: self.by(),
            },
            EventType::CallRequested => Fact::CallRequested {
                conversation: self.id(),
                call: self.id(),
                by: self.by(),
            },
            EventType::AgentAssigned => Fact::AgentAssigned {
                conversation: self.id(),
                agent: self.text(),
            },
            EventType::MessageSent => Fact::MessageSent {
                conversation: self.id(),
                by: (!self.has(BY_AUTOMATION)).then(|| self.by()),
            },
            EventType::CallAnswered => Fact::CallAnswered {
                call: self.id(),
                agent: self.text(),
            },
            EventType::CallAccepted => Fact::CallAccepted { call: self.id() },
            EventType::CallConnected => Fact::CallConnected { call: self.id() },
            EventType::CallDeclined => Fact::CallDeclined { call: self.id() },
            EventType::CallCancelled => Fact::CallCancelled { call: self.id() },
            EventType::CallMissed => Fact::CallMissed { call: self.id() },
            EventType::CallEnded => Fact::CallEnded { call: self.id() },
            EventType::OrderPlaced => Fact::OrderPlaced {
                order: self.id(),
                price: Price {
                    currency: tables.currency(self.word()),
                    subtotal: self.amount(),
                    discount: self.amount_or_zero(HAS_DISCOUNT),
                    included_tax: self.amount_or_zero(HAS_TAX),
                },
            },
            EventType::OrderRefunded => Fact::OrderRefunded {
                order: self.id(),
                amount: self.amount(),
            },
            EventType::OrderCancelled => Fact::OrderCancelled { order: self.id() },
            EventType::SurveyAnswered => Fact::SurveyAnswered {
                survey: self.id(),
                conversation: self.id(),
                rating: self.rating(),
                feedback: self.has(HAS_FEEDBACK).then(|| self.text()),
                outcome: if self.has(CLOSED) {
                    SurveyOutcome::Closed
                } else {
                    SurveyOutcome::Submitted
                },
            },
            EventType::SessionEnded => Fact::SessionEnded,
        }
    }

    fn rating(&self) -> Option<Rating> {
        u8::try_from(self.detail & RATING)
            .ok()
            .and_then(|stars| Rating::new(stars).ok())
    }
}
