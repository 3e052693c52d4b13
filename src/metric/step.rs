//! The steps of the funnel.

use crate::error::choices;

choices! {
    "step",
    /// A step of the [funnel](crate::metrics::funnel), in order.
    pub enum FunnelStep {
        /// A `widget_impression` in the period.
        Impression => "impression",
        /// A `widget_clicked` in the period.
        Click => "click",
        /// A request of the visitor in the period.
        Request => "request",
        /// A conversation that became two-way in the period.
        Conversation => "conversation",
        /// An order in the period with an any-channel candidate.
        Order => "order",
    }
}
