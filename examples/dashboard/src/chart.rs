//! Charts: pictures for the eye, and the same figures as a table for everybody.

use std::sync::LazyLock;

use charts_rs::{
    Align, BarChart, Color, FontConfig, FunnelChart, HorizontalBarChart, LegendCategory, LineChart,
    Symbol, Theme, YAxisConfig, add_theme, get_theme,
};
use convometrics::catalogue::Value;
use maud::{Markup, PreEscaped, html};

use crate::table;
use crate::text::{self, NONE};

/// The style sheet gives each of these the colour that light, dark or paper asks for, so none of them is seen.
const SERIES: [&str; 3] = ["#101F01", "#101F02", "#101F03"];
const INK: &str = "#101F10";
const FAINT: &str = "#101F11";

const THEME: &str = "dashboard";
static REGISTERED: LazyLock<()> = LazyLock::new(|| add_theme(THEME, theme()));

/// With more points than these lines are solid, and no value is seen when it is pointed at.
const MARKED: usize = 62;

/// What a chart shows: for each label a value of each series.
pub(crate) struct Chart {
    pub(crate) title: String,
    /// What stands along the axis: days, hours, stars.
    pub(crate) along: &'static str,
    /// What is counted, with its unit.
    pub(crate) unit: &'static str,
    pub(crate) scale: Scale,
    pub(crate) labels: Vec<String>,
    pub(crate) series: Vec<Series>,
    pub(crate) table: Table,
}

/// Where a chart's table is.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Table {
    /// Beneath it.
    Own,
    /// Beneath all charts that it belongs to.
    OfAll,
}

pub(crate) struct Series {
    pub(crate) name: &'static str,
    /// For each label; `None` is no value, which is a gap.
    pub(crate) values: Vec<Option<f64>>,
    /// The same as people read them.
    pub(crate) texts: Vec<String>,
}

impl Series {
    /// A figure for each label; ratios are in percent.
    pub(crate) fn of(name: &'static str, figures: impl IntoIterator<Item = Value>) -> Self {
        let height = |figure: &Value| match figure {
            Value::Ratio(ratio) => ratio.value().map(|value| value * 100.0),
            figure => text::sorts_by(figure),
        };
        let each = |figure: Value| (height(&figure), text::with_parts(&figure));
        let (values, texts) = figures.into_iter().map(each).unzip();
        Self {
            name,
            values,
            texts,
        }
    }

    /// So many for each label.
    pub(crate) fn of_counts(name: &'static str, counts: impl IntoIterator<Item = u64>) -> Self {
        Self::of(name, counts.into_iter().map(Value::Count))
    }

    /// Whether there is a value with a gap on both sides, to which no line leads.
    fn has_lone_value(&self) -> bool {
        let is_there = |place: Option<usize>| {
            let value = place.and_then(|place| self.values.get(place));
            value.is_some_and(Option::is_some)
        };
        (0..self.values.len()).any(|place| {
            is_there(Some(place)) && !is_there(place.checked_sub(1)) && !is_there(Some(place + 1))
        })
    }
}

/// How far the axis of values goes.
#[derive(Clone, Copy)]
pub(crate) enum Scale {
    /// From nothing to a round number of whole ones.
    Counts,
    /// From nothing to all where most is more than half, else as counts.
    Percent,
    /// From nothing to five.
    Stars,
}

impl Chart {
    /// As lines, for what goes on in time.
    pub(crate) fn lines(&self) -> Markup {
        self.figure(|| {
            let mut drawn = self.drawn();
            let are_few = self.labels.len() <= MARKED;
            let dashes = [None, Some("6,4"), Some("2,3")];
            for ((drawn, series), dashes) in drawn.iter_mut().zip(&self.series).zip(dashes) {
                drawn.stroke_dash_array = dashes.filter(|_| are_few).map(str::to_owned);
                drawn.symbol = Some(match (are_few, series.has_lone_value()) {
                    (true, _) => Symbol::Circle(3.0, None),
                    (false, true) => Symbol::Circle(1.5, None),
                    (false, false) => Symbol::None,
                });
            }
            let mut chart = LineChart::new_with_theme(drawn, self.labels.clone(), THEME);
            chart.y_axis_configs = vec![self.axis(false)];
            chart.tooltip.show = are_few && self.table == Table::Own;
            frame(&mut chart, self.along, 230.0);
            chart.svg()
        })
    }

    /// As bars, one upon the other.
    pub(crate) fn bars(&self) -> Markup {
        self.figure(|| {
            let mut chart = BarChart::new_with_theme(self.stacked(), self.labels.clone(), THEME);
            chart.y_axis_configs = vec![self.axis(true)];
            chart.legend.category = LegendCategory::Rect;
            chart.tooltip.show = true;
            frame(&mut chart, self.along, 230.0);
            chart.svg()
        })
    }

    /// As one bar for each label, lying, its series one after the other.
    pub(crate) fn lying(&self) -> Markup {
        self.figure(|| {
            let (series, labels) = (self.stacked(), self.labels.clone());
            let mut chart = HorizontalBarChart::new_with_theme(series, labels, THEME);
            // Its values are along the lower edge, and its labels need no name.
            chart.y_axis_configs = vec![YAxisConfig {
                title: None,
                ..self.axis(true)
            }];
            chart.legend.category = LegendCategory::Rect;
            chart.tooltip.show = true;
            frame(&mut chart, self.unit, 150.0);
            chart.svg()
        })
    }

    /// As a funnel: the labels are its stages, the first holds the others.
    pub(crate) fn funnel(&self) -> Markup {
        self.figure(|| {
            let values = self.series.first().map(|series| &series.values);
            let stages = self.labels.iter().zip(values.into_iter().flatten());
            let stage = |(label, value): (&String, &Option<f64>)| {
                (label.as_str(), vec![height(*value).unwrap_or_default()]).into()
            };
            let mut chart = FunnelChart::new_with_theme(stages.map(stage).collect(), THEME);
            // In the middle of each stage, over whatever is there.
            chart.series_label_position = Some("inside".to_owned());
            chart.legend.show = Some(false);
            chart.tooltip.show = true;
            frame(&mut chart, "", 150.0);
            // The last stage stays as wide as it is.
            let values = values.into_iter().flatten().copied().map(height);
            let values: Vec<f32> = values.map(Option::unwrap_or_default).collect();
            let most = values.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
            let last = values.last().copied().unwrap_or_default();
            let margin = chart.margin.left + chart.margin.right;
            chart.min_width = (last / most * (chart.width - margin)).max(0.1);
            chart.svg()
        })
    }

    fn is_empty(&self) -> bool {
        let mut values = self.series.iter().flat_map(|series| &series.values);
        match self.scale {
            Scale::Counts => values.all(|value| value.is_none_or(|value| value == 0.0)),
            Scale::Percent | Scale::Stars => values.all(Option::is_none),
        }
    }

    fn drawn(&self) -> Vec<charts_rs::Series> {
        let drawn = self.series.iter().map(|series| {
            let values = series.values.iter().map(|value| height(*value)).collect();
            charts_rs::Series::new_nullable(series.name.to_owned(), values)
        });
        drawn.collect()
    }

    /// Series that stand one upon the other.
    fn stacked(&self) -> Vec<charts_rs::Series> {
        let mut drawn = self.drawn();
        for series in &mut drawn {
            series.stack = Some("all".to_owned());
        }
        drawn
    }

    /// The axis of the values, from nothing to a round number that the highest one reaches: of series that stand one upon
    /// the other, their sum.
    fn axis(&self, are_stacked: bool) -> YAxisConfig {
        let at = |place: usize| {
            let values = self
                .series
                .iter()
                .map(move |series| series.values.get(place));
            let values = values.filter_map(|value| value.copied().flatten());
            if are_stacked {
                values.sum()
            } else {
                values.fold(0.0, f64::max)
            }
        };
        let most = (0..self.labels.len()).map(at).fold(0.0, f64::max);
        let (step, steps) = match self.scale {
            Scale::Stars => (1.0, 5),
            Scale::Percent if most > 50.0 && most <= 100.0 => (25.0, 4),
            Scale::Percent | Scale::Counts => round_steps(most),
        };
        #[expect(clippy::cast_precision_loss, reason = "a few steps")]
        let max = step * steps as f64;
        YAxisConfig {
            min: Some(0.0),
            max: height(Some(max)),
            split_number: steps,
            title: Some(self.unit.to_owned()),
            ..get_theme(THEME).y_axis.clone()
        }
    }

    /// The picture with its title, or that there is nothing to be seen; beneath, folded, its table.
    fn figure(&self, svg: impl FnOnce() -> Result<String, charts_rs::Error>) -> Markup {
        LazyLock::force(&REGISTERED);
        let described = format!("{}: a chart of {} by {}", self.title, self.unit, self.along);
        html! {
            figure.chart {
                figcaption { (self.title) }
                @if self.is_empty() {
                    p.empty { "Nothing in this period" }
                } @else {
                    @match svg() {
                        Ok(svg) => div.plot role="img" aria-label=(described) { (PreEscaped(without_style(svg))) },
                        Err(error) => p.empty { "It cannot be drawn: " (error) },
                    }
                }
                @if self.table == Table::Own {
                    details {
                        summary { "Table" }
                        (table_of(&self.title, self.along, &self.labels, &self.series.iter().collect::<Vec<_>>()))
                    }
                }
            }
        }
    }
}

/// The values of series as people read them, a row for each label.
pub(crate) fn table_of(
    caption: &str,
    along: &str,
    labels: &[String],
    series: &[&Series],
) -> Markup {
    let names = series.iter().map(|series| series.name);
    let columns: Vec<&str> = [along].into_iter().chain(names).collect();
    let row = |(place, label): (usize, &String)| {
        let texts = series.iter().map(|series| series.texts.get(place));
        let texts = texts.map(|text| text.map_or(NONE, String::as_str));
        [label.as_str()]
            .into_iter()
            .chain(texts)
            .map(str::to_owned)
            .collect()
    };
    let rows: Vec<Vec<String>> = labels.iter().enumerate().map(row).collect();
    table::plain(caption, &columns, &rows)
}

#[expect(clippy::cast_possible_truncation, reason = "a height")]
fn height(value: Option<f64>) -> Option<f32> {
    value.map(|value| value as f32)
}

/// At most five steps of 1, 2 or 5 times a power of ten, that reach a value.
fn round_steps(most: f64) -> (f64, usize) {
    let mut step = 1.0;
    for factor in [2.0, 2.5, 2.0].into_iter().cycle() {
        if step * 5.0 >= most || !most.is_finite() {
            break;
        }
        step *= factor;
    }
    let steps = (1_u8..=5).find(|steps| step * f64::from(*steps) >= most);
    (step, steps.unwrap_or(5).into())
}

/// What all charts have in common.
fn frame(chart: &mut charts_rs::ChartBase, along: &str, height: f32) {
    chart.width = 440.0;
    chart.height = height;
    chart.compact = true;
    along.clone_into(&mut chart.x_axis.title);
}

/// The library's rule for values that are pointed at is in the page's style sheet: the page's policy lets no other in.
fn without_style(svg: String) -> String {
    match (svg.find("<style>"), svg.find("</style>")) {
        (Some(start), Some(end)) if start < end => {
            svg[..start].to_owned() + &svg[end + "</style>".len()..]
        }
        _ => svg,
    }
}

fn theme() -> Theme {
    let mut theme = Theme::clone(&get_theme("light"));
    let font = |color: &str| FontConfig {
        size: 13.0,
        color: color.into(),
        weight: None,
    };
    theme.background_color = Color::transparent();
    theme.margin = charts_rs::Box {
        left: 5.0,
        top: 5.0,
        right: 20.0,
        bottom: 5.0,
    };
    theme.legend.margin = Some(charts_rs::Box {
        bottom: 12.0,
        ..Default::default()
    });
    theme.legend.font = font(INK);
    theme.legend.align = Align::Left;
    theme.x_axis.font = FontConfig {
        size: 12.0,
        ..font(INK)
    };
    theme.x_axis.stroke_color = FAINT.into();
    theme.y_axis.font = font(INK);
    theme.grid.stroke_color = FAINT.into();
    theme.series.label.font = font(INK);
    theme.series.colors = SERIES.map(Color::from).to_vec();
    theme
}
