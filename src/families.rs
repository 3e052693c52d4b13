//! The list of all families. Code for all families is generated from it.

/// Calls a macro with all families, in the order of the report. An entry says whether each report has the family
/// (`Always` or `IfAsked`), then the family's name in code, as a field of sums and in ids, its title, its glossary, its list of
/// metrics, its figures and their place in the report. Optional families come last.
macro_rules! families {
    ($then:ident) => {
        $then! {
            /// [`conversation`](crate::metrics::conversation).
            Always Conversations conversations "conversations" "Conversations" Some(Glossary::OneToOne),
                crate::metrics::conversation::Conversations => crate::metrics::conversation::ConversationMetrics, conversations;
            /// [`request`](crate::metrics::request).
            Always Requests requests "requests" "Requests" Some(Glossary::OneToOne),
                crate::metrics::request::Requests => crate::metrics::request::RequestMetrics, requests;
            /// [`visitor`](crate::metrics::visitor).
            Always Visitors visitors "visitors" "Visitors" Some(Glossary::OneToOne),
                crate::metrics::visitor::Visitors => crate::metrics::visitor::VisitorMetrics, visitors;
            /// [`gmv`](crate::metrics::gmv).
            Always Gmv gmv "gmv" "GMV and purchases" Some(Glossary::OneToOne),
                crate::metrics::gmv::Gmv => crate::metrics::gmv::GmvMetrics, gmv;
            /// [`csat`](crate::metrics::csat).
            Always Csat csat "csat" "Customer satisfaction" Some(Glossary::OneToOne),
                crate::metrics::csat::Csat => crate::metrics::csat::CsatMetrics, csat;
            /// [`leaderboard`](crate::metrics::leaderboard).
            Always Leaderboard leaderboard "leaderboard" "Agents" Some(Glossary::OneToOne),
                crate::metrics::leaderboard::Leaderboard => crate::metrics::leaderboard::LeaderboardMetrics, leaderboard;
            /// [`engage::calls`](crate::metrics::engage::calls).
            Always Calls calls "engage.calls" "Website calls" Some(Glossary::Engage),
                crate::metrics::engage::calls::Calls => crate::metrics::engage::calls::CallMetrics, engage.calls;
            /// [`engage::chats`](crate::metrics::engage::chats).
            Always Chats chats "engage.chats" "Live chats" Some(Glossary::Engage),
                crate::metrics::engage::chats::Chats => crate::metrics::engage::chats::ChatMetrics, engage.chats;
            /// [`funnel`](crate::metrics::funnel).
            Always Funnel funnel "funnel" "Funnel" None,
                crate::metrics::funnel::Steps => Vec<crate::metrics::funnel::FunnelRow>, funnel;
            /// [`data_quality`](crate::metrics::data_quality).
            Always DataQuality data_quality "data_quality" "Data quality" None,
                crate::metrics::data_quality::EventCounters => crate::metrics::data_quality::DataQuality, data_quality;
            /// [`responsiveness`](crate::metrics::responsiveness).
            IfAsked Responsiveness responsiveness "responsiveness" "Waiting times" None,
                crate::metrics::responsiveness::WaitingTimes =>
                crate::metrics::responsiveness::Responsiveness, responsiveness;
            /// [`conversation_lift`](crate::metrics::conversation_lift).
            IfAsked ConversationLift conversation_lift "conversation_lift" "Visitors with and without a conversation" None,
                crate::metrics::conversation_lift::Lifts =>
                crate::metrics::conversation_lift::ConversationLift, conversation_lift;
            /// [`heat_map`](crate::metrics::heat_map).
            IfAsked HeatMap heat_map "heat_map" "Hours of the week" None,
                crate::metrics::heat_map::WeekHours => crate::metrics::heat_map::HeatMap, heat_map;
        }
    };
}
pub(crate) use families;
