//! Who is credited with an order: engagements, touches, candidates, the models' weights, and exact splitting.

use convometrics::attribution::{LapsedTouch, PositionEnds, WindowEdge};
use convometrics::metrics::gmv::GmvScope;
use convometrics::{Channel, Event, Model, Options};
use rust_decimal::{Decimal, RoundingStrategy};

use super::events::{by, call_of, is_visitor_message, place, type_of};
use super::figures::{amount, digits, units};
use super::journeys::{Conversation, Visitor, micros};
use super::orders::Order;

/// 2^67: the greatest weight of `time_decay`.
const WHOLE: u128 = 1 << 67;

#[derive(Clone, Copy)]
struct Engagement<'a> {
    event: &'a Event,
    channel: Channel,
}

/// Those of a two-way conversation.
fn engagements<'a>(conversation: &Conversation<'a>) -> Vec<Engagement<'a>> {
    let two_way = conversation.two_way().unwrap();
    let channel = |event: &'a Event| match type_of(event) {
        "call_connected" => Some(Channel::Video),
        "call_ended" => {
            let connected = |other: &&Event| {
                type_of(other) == "call_connected"
                    && call_of(other) == call_of(event)
                    && by(other, event)
            };
            conversation
                .events
                .iter()
                .copied()
                .any(|other| connected(&other))
                .then_some(Channel::Video)
        }
        _ if place(event) == place(two_way) => Some(Channel::Text),
        _ if is_visitor_message(event) && by(two_way, event) => Some(Channel::Text),
        _ => None,
    };
    let events = conversation.events.iter().copied();
    let engagement = |event| {
        Some(Engagement {
            event,
            channel: channel(event)?,
        })
    };
    events.filter_map(engagement).collect()
}

/// The conversation's touch of an order.
pub(super) struct Candidate<'c, 'a> {
    pub(super) conversation: &'c Conversation<'a>,
    pub(super) touch: &'a Event,
}

/// The figures that ask for candidates.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Figures {
    /// Orders, attributed sales, average order value, conversion rate and the leaderboard: any channel.
    Orders,
    /// GMV: video alone, or any channel by option.
    Gmv,
}

fn in_window(touch: Engagement<'_>, order: &Event, figures: Figures, options: &Options) -> bool {
    let window = match options.orders_window() {
        Some(window) if figures == Figures::Orders => window,
        _ => options.channel_window(touch.channel),
    };
    let window = i128::from(window.as_secs()) * 1_000_000;
    let age = micros(touch.event.at(), order.at());
    age < window || (age == window && options.window_edge() == WindowEdge::Inclusive)
}

/// The conversation's latest engagement at or before the order. One that is older than its window leaves no touch, or is
/// passed over for the next older one.
fn touch<'a>(
    conversation: &Conversation<'a>,
    order: &Event,
    figures: Figures,
    options: &Options,
) -> Option<&'a Event> {
    let video_alone = figures == Figures::Gmv && options.gmv_scope() == GmvScope::Video;
    let mut engagements = engagements(conversation);
    engagements.retain(|engagement| by(engagement.event, order));
    engagements.retain(|engagement| engagement.channel == Channel::Video || !video_alone);
    while let Some(latest) = engagements.pop() {
        if in_window(latest, order, figures, options) {
            return Some(latest.event);
        }
        if options.lapsed_touch() == LapsedTouch::Blocks {
            return None;
        }
    }
    None
}

/// The candidates of an order among its visitor's two-way conversations, in canonical order of their touches.
pub(super) fn candidates<'c, 'a>(
    conversations: &'c [Conversation<'a>],
    order: &Event,
    figures: Figures,
    options: &Options,
) -> Vec<Candidate<'c, 'a>> {
    let candidate = |conversation: &'c Conversation<'a>| {
        let touch = touch(conversation, order, figures, options)?;
        Some(Candidate {
            conversation,
            touch,
        })
    };
    let mut candidates: Vec<_> = conversations.iter().filter_map(candidate).collect();
    candidates.sort_by_key(|candidate| place(candidate.touch));
    candidates
}

/// What each candidate weighs; `None` is no credit.
fn weights(candidates: &[Candidate<'_, '_>], options: &Options) -> Vec<Option<u128>> {
    let last = candidates.len() - 1;
    let places = 0..candidates.len();
    match options.model() {
        Model::LastTouch => places.map(|at| (at == last).then_some(1)).collect(),
        Model::FirstTouch => places.map(|at| (at == 0).then_some(1)).collect(),
        Model::Linear => places.map(|_| Some(1)).collect(),
        Model::PositionBased => position_based(candidates.len(), options.position_ends()),
        Model::TimeDecay => {
            // Ages count from the youngest touch: only the weights' proportions matter.
            let youngest = candidates[last].touch.at();
            let age = |candidate: &Candidate<'_, '_>| micros(candidate.touch.at(), youngest);
            let half_life = i128::from(options.half_life().as_secs()) * 1_000_000;
            let decayed = |candidate| Some(half_to_the(age(candidate), half_life));
            candidates.iter().map(decayed).collect()
        }
        other => panic!("{other:?}"),
    }
}

fn position_based(count: usize, ends: PositionEnds) -> Vec<Option<u128>> {
    let (first, last) = (
        u128::from(ends.first_percent()),
        u128::from(ends.last_percent()),
    );
    let percent = match count {
        1 => vec![1],
        2 => vec![first, last],
        _ => {
            // In percent times the number of those between, so that their equal parts are whole.
            let between = count as u128 - 2;
            let mut weights = vec![100 - first - last; count];
            weights[0] = first * between;
            weights[count - 1] = last * between;
            weights
        }
    };
    // A share of 0 % is no credit.
    percent
        .into_iter()
        .map(|weight| (weight > 0).then_some(weight))
        .collect()
}

/// 2^(−age / half-life), rounded to a multiple of 2^−67, in these.
fn half_to_the(age: i128, half_life: i128) -> u128 {
    let (halvings, rest) = (age / half_life, age % half_life);
    if halvings > 68 {
        return 0;
    }
    // e^(−x) for x = ln 2 × rest / half-life, as the sum of (−x)^n / n!.
    let ln_2: Decimal = "0.6931471805599453094172321215".parse().unwrap();
    let x = ln_2 * Decimal::from(rest) / Decimal::from(half_life);
    let (mut power, mut term) = (Decimal::ZERO, Decimal::ONE);
    for n in 1..=30 {
        power += term;
        term *= -x / Decimal::from(n);
    }
    let weight = power * Decimal::from(WHOLE) / Decimal::from(1_i128 << halvings);
    let whole = weight.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    units(whole, 0)
}

/// The shares of an amount by weights: cut to its digits, the units left over one each to the largest remainders, of
/// equal ones to the earlier.
fn split(whole: Decimal, currency: &str, weights: &[u128]) -> Vec<Decimal> {
    let digits = digits(whole, currency);
    let (units, sum) = (units(whole, digits), weights.iter().sum::<u128>());
    let mut shares: Vec<u128> = weights.iter().map(|weight| units * weight / sum).collect();
    let left_over = units - shares.iter().sum::<u128>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|place| (std::cmp::Reverse(units * weights[*place] % sum), *place));
    for place in order.into_iter().take(usize::try_from(left_over).unwrap()) {
        shares[place] += 1;
    }
    shares
        .into_iter()
        .map(|share| amount(share, digits))
        .collect()
}

/// One credited candidate's part of an order.
pub(super) struct Share<'a> {
    /// The conversation's agent at the order.
    pub(super) agent: Option<&'a str>,
    pub(super) of_value: Decimal,
    /// The same part of what is left after refunds and cancellations.
    pub(super) of_left: Decimal,
}

pub(super) fn shares<'a>(
    visitor: &Visitor<'a>,
    candidates: &[Candidate<'_, 'a>],
    order: &Order<'_>,
    options: &Options,
) -> Vec<Share<'a>> {
    if candidates.is_empty() {
        return Vec::new();
    }
    let weighed = candidates.iter().zip(weights(candidates, options));
    let credited: Vec<_> = weighed
        .filter_map(|(candidate, weight)| Some((candidate, weight?)))
        .collect();
    let weights: Vec<u128> = credited.iter().map(|(_, weight)| *weight).collect();
    let of_value = split(order.value, order.currency, &weights);
    let of_left = split(order.left, order.currency, &weights);
    let parts = credited.iter().zip(of_value).zip(of_left);
    parts
        .map(|(((candidate, _), of_value), of_left)| Share {
            agent: visitor.agent_at(candidate.conversation.id, order.placed),
            of_value,
            of_left,
        })
        .collect()
}
