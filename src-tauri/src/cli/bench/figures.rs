//! Figures, and how they are shown: a table in Markdown for people, JSON for programs.

use serde_json::{Map, Value, json};

/// A measured value; `None` where it could not be measured.
pub(super) struct Figure {
    name: String,
    value: Option<f64>,
    unit: &'static str,
    /// The most that is good.
    budget: Option<f64>,
}

pub(super) fn figure(name: &str, value: impl Into<Option<f64>>, unit: &'static str, budget: Option<f64>) -> Figure {
    Figure { name: name.to_owned(), value: value.into(), unit, budget }
}

/// The smallest sample that so many percent of the samples do not exceed (nearest rank).
pub(super) fn percentile(samples: &mut [f64], percent: usize) -> Option<f64> {
    samples.sort_by(f64::total_cmp);
    let rank = (samples.len() * percent).div_ceil(100);
    samples.get(rank.saturating_sub(1)).copied()
}

pub(super) fn table(figures: &[Figure]) -> String {
    let number = |value: f64| if value.fract() == 0.0 { format!("{value}") } else { format!("{value:.1}") };
    let cell = |value: Option<f64>, unit: &str| {
        value.map_or_else(|| "–".to_owned(), |value| format!("{} {unit}", number(value)))
    };
    let mut text = "| Figure | Measured | Budget | Holds |\n|---|---:|---:|---|\n".to_owned();
    for Figure { name, value, unit, budget } in figures {
        let holds = holds(*value, *budget).map_or("", |holds| if holds { "yes" } else { "**no**" });
        let budget = budget.map(|budget| cell(Some(budget), unit)).unwrap_or_default();
        text.push_str(&format!("| {name} | {} | {budget} | {holds} |\n", cell(*value, unit).trim_end()));
    }
    text
}

pub(super) fn document(figures: &[Figure]) -> Value {
    let entry = |figure: &Figure| {
        let Figure { value, unit, budget, .. } = figure;
        json!({"value": value, "unit": unit, "budget": budget, "holds": holds(*value, *budget)})
    };
    let figures: Map<_, _> =
        figures.iter().map(|figure| (figure.name.replace(", ", "_").replace(' ', "_"), entry(figure))).collect();
    json!({"version": env!("CARGO_PKG_VERSION"), "build": build(), "cores": cores(), "figures": figures})
}

fn holds(value: Option<f64>, budget: Option<f64>) -> Option<bool> {
    Some(value? <= budget?)
}

pub(super) const fn build() -> &'static str {
    if cfg!(debug_assertions) { "a build without optimisation" } else { "an optimised build" }
}

pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples_by_nearest_rank() {
        let check = |samples: &[f64], percent, expect| {
            assert_eq!(percentile(&mut samples.to_vec(), percent), expect, "{percent} % of {samples:?}");
        };
        let hundred: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        check(&hundred, 50, Some(50.0));
        check(&hundred, 95, Some(95.0));
        check(&hundred, 100, Some(100.0));
        check(&[3.0, 1.0, 2.0], 50, Some(2.0));
        check(&[3.0, 1.0, 2.0], 95, Some(3.0));
        check(&[7.0], 0, Some(7.0));
        check(&[], 50, None);
    }

    #[test]
    fn a_budget_stands_beside_its_figure_and_says_whether_it_holds() {
        let figures = [
            figure("search, words, p95", 10.04, "ms", Some(10.0)),
            figure("to names", 5.0, "s", Some(5.0)),
            figure("to meaning", None, "s", None),
            figure("files", 2_000.0, "", None),
        ];
        let table = table(&figures);
        assert!(table.contains("| search, words, p95 | 10.0 ms | 10 ms | **no** |\n"), "{table}");
        assert!(table.contains("| to names | 5 s | 5 s | yes |\n"), "{table}");
        assert!(table.ends_with("| to meaning | – |  |  |\n| files | 2000 |  |  |\n"), "{table}");
        let document = document(&figures);
        assert_eq!(document["figures"]["search_words_p95"]["holds"], false);
        assert_eq!(document["figures"]["to_meaning"]["value"], Value::Null);
    }
}
