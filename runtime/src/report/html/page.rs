//! The whole page.

use super::confusion;
use super::curves;
use super::diagram::diagram;
use super::escape::{Escaped, script_safe};
use super::history::{Epoch, History};
use super::number::{duration, grouped, short};
use super::samples;
use crate::LayerInfo;
use crate::train::{Confusion, Outcome, RunInfo, WorstSample};

const STYLE: &str = include_str!("style.css");
const DATA_START: &str = "<script type=\"application/json\" id=\"run\">";
const DATA_END: &str = "</script>";
/// Of more epochs the table shows the last ones.
const EPOCHS_LISTED: usize = 100;

pub(super) struct Content<'a> {
    pub(super) run: Option<&'a RunInfo>,
    pub(super) history: &'a History,
    pub(super) confusion: Option<&'a Confusion>,
    pub(super) worst: &'a [WorstSample],
    pub(super) outcome: Option<&'a Outcome>,
    /// Whether the run ended without an outcome.
    pub(super) stopped: bool,
}

pub(super) fn render(content: &Content<'_>) -> String {
    let Content { run, history, .. } = *content;
    let name = run.map_or("training", |run| &run.name);
    let body = [
        header(content, name),
        tiles(content),
        section("Progress", &grid(&curves::progress(history))),
        section("Steps", &grid(&curves::drive(history))),
        section("Layers", &grid(&curves::layers(history))),
        section(
            "Mistakes",
            &content
                .confusion
                .map_or_else(String::new, confusion::confusion),
        ),
        section("Worst samples", &worst(content)),
        section(
            "Network",
            &run.map_or_else(String::new, |run| diagram(run, history)),
        ),
        section("Settings", &run.map_or_else(String::new, settings)),
        section("Epochs", &epochs(history)),
        section("Notes", &notes(history)),
    ]
    .concat();
    // What is drawn can be drawn again after the run is resumed.
    let data = serde_json::to_string(history).unwrap_or_else(|_| "null".into());
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
         {DATA_START}{}{DATA_END}\n</body>\n</html>\n",
        Escaped(name),
        script_safe(&data),
    )
}

/// What an earlier report says of the run.
pub(super) fn history_in(page: &str) -> Option<History> {
    let (_, data) = page.split_once(DATA_START)?;
    let (data, _) = data.split_once(DATA_END)?;
    serde_json::from_str(data).ok()
}

fn section(title: &str, content: &str) -> String {
    if content.is_empty() {
        return String::new();
    }
    format!("<section><h2>{title}</h2>\n{content}</section>\n")
}

fn grid(charts: &str) -> String {
    if charts.is_empty() {
        return String::new();
    }
    format!("<div class=\"charts\">{charts}</div>")
}

fn header(content: &Content<'_>, name: &str) -> String {
    let network = content.run.map_or_else(String::new, |run| {
        format!("<p>the network <code>{}</code></p>", Escaped(run.network))
    });
    let epochs = content.run.map_or(0, |run| run.epochs);
    let (kind, text) = match content.outcome {
        Some(outcome) => ("over", outcome.reason.clone()),
        None => {
            let done = format!(
                "{} of {} epochs done",
                grouped(content.history.epoch),
                grouped(epochs)
            );
            match (content.stopped, content.history.step) {
                (true, _) => ("stopped", format!("stopped, {done}")),
                (false, 0) => ("running", "started".to_owned()),
                (false, _) => ("running", format!("running, {done}")),
            }
        }
    };
    format!(
        "<header><h1>{}</h1><span class=\"status {kind}\">{}</span>{network}</header>\n",
        Escaped(name),
        Escaped(&text)
    )
}

fn tiles(content: &Content<'_>) -> String {
    let (run, history) = (content.run, content.history);
    let mut tiles: Vec<(String, String, String)> = Vec::new();
    let mut tile =
        |name: &str, value: String, remark: String| tiles.push((name.to_owned(), value, remark));
    let restored = content.outcome.and_then(|outcome| outcome.best_epoch);
    if let Some(best) = &history.best {
        let loss = best.validation_loss.unwrap_or(f64::NAN);
        tile(
            "best validation loss",
            short(loss),
            format!("epoch {}", grouped(best.epoch)),
        );
    }
    if let Some(last) = history.epochs.last() {
        // With the best weights restored, the network's metrics are those of that epoch.
        let of = |epoch: &&Epoch| Some(epoch.epoch) == restored;
        let shown = history
            .best
            .iter()
            .chain(&history.epochs)
            .find(of)
            .unwrap_or(last);
        for (name, value) in shown.metrics.iter().take(3) {
            tile(
                name,
                short(*value),
                format!("epoch {}", grouped(shown.epoch)),
            );
        }
        if shown.validation_loss.is_none() {
            tile(
                "loss",
                short(last.loss),
                format!("epoch {}", grouped(last.epoch)),
            );
        }
        let planned = run.map_or_else(String::new, |run| format!("of {}", grouped(run.epochs)));
        tile("epochs", grouped(history.epoch), planned);
    }
    tile("steps", grouped(history.step), String::new());
    if let Some(outcome) = content.outcome {
        let resumed = if history.resumed_at.is_empty() {
            ""
        } else {
            "since it was resumed"
        };
        tile("duration", duration(outcome.seconds), resumed.to_owned());
    }
    if history.seconds > 0.0 {
        let speed = run
            .zip(history.epochs.last())
            .filter(|(_, last)| last.seconds > 0.0);
        let speed = speed.map_or_else(String::new, |(run, last)| {
            format!(
                "{} samples/s",
                grouped((run.samples as f64 / last.seconds) as u64)
            )
        });
        tile("training", duration(history.seconds), speed);
    }
    if let Some(run) = run {
        let sum = |count: fn(&LayerInfo) -> usize| run.layers.iter().map(count).sum::<usize>();
        let parameters = sum(LayerInfo::parameter_count);
        tile("parameters", grouped(parameters as u64), String::new());
        let macs = sum(|layer| layer.macs);
        tile("multiply-adds", grouped(macs as u64), "a sample".into());
        let batch = format!("in batches of {}", grouped(run.batch_size as u64));
        tile("training samples", grouped(run.samples as u64), batch);
    }
    let tiles: String = tiles
        .iter()
        .map(|(name, value, remark)| {
            format!(
                "<div><dt>{}</dt><dd>{value}</dd><dd class=\"remark\">{remark}</dd></div>",
                Escaped(name)
            )
        })
        .collect();
    let restored = restored.map_or_else(String::new, |epoch| {
        format!(
            "<p class=\"remark\">The network has the weights of epoch {}, the best one.</p>",
            grouped(epoch)
        )
    });
    format!("<dl class=\"tiles\">{tiles}</dl>{restored}\n")
}

fn worst(content: &Content<'_>) -> String {
    if content.worst.is_empty() {
        return String::new();
    }
    let shape = content.run.map_or(&[][..], |run| run.input);
    let remark = "<p class=\"remark\">The greatest losses first. Pictures reach from the lowest value of the sample to its \
                  highest.</p>";
    remark.to_owned() + &samples::worst(content.worst, shape)
}

fn settings(run: &RunInfo) -> String {
    let rows: String = run
        .settings
        .iter()
        .map(|(name, value)| {
            format!(
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                Escaped(name),
                Escaped(value)
            )
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("<div class=\"wide\"><table class=\"settings\">{rows}</table></div>\n")
}

fn epochs(history: &History) -> String {
    let Some(last) = history.epochs.last() else {
        return String::new();
    };
    let names = history.metric_names();
    let columns: String = names
        .iter()
        .map(|name| format!("<th scope=\"col\">{}</th>", Escaped(name)))
        .collect();
    let best = history.best.as_ref().map(|best| best.epoch);
    let skipped = history.epochs.len().saturating_sub(EPOCHS_LISTED);
    let optional = |value: Option<f64>| value.map_or_else(|| "–".into(), short);
    let rows: String = history
        .epochs
        .iter()
        .skip(skipped)
        .map(|epoch| {
            let metrics: String = names
                .iter()
                .map(|name| format!("<td>{}</td>", optional(epoch.metric(name))))
                .collect();
            format!(
                "<tr{}><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td>{metrics}<td>{}</td><td>{}</td></tr>\n",
                if Some(epoch.epoch) == best { " class=\"best\"" } else { "" },
                grouped(epoch.epoch),
                grouped(epoch.step),
                short(epoch.loss),
                optional(epoch.validation_loss),
                short(epoch.learning_rate),
                duration(epoch.seconds),
            )
        })
        .collect();
    let listed = history.epochs.len() - skipped;
    let remark = if (listed as u64) < last.epoch {
        format!(
            "<p class=\"remark\">{listed} of {} epochs.</p>",
            grouped(last.epoch)
        )
    } else {
        String::new()
    };
    format!(
        "<details{}><summary>Table of epochs</summary>{remark}<div class=\"wide\"><table class=\"epochs\"><thead><tr>\
         <th scope=\"col\">epoch</th><th scope=\"col\">steps</th><th scope=\"col\">loss</th>\
         <th scope=\"col\">validation loss</th>{columns}<th scope=\"col\">learning rate</th><th scope=\"col\">time</th></tr>\
         </thead><tbody>\n{rows}</tbody></table></div></details>\n",
        if listed <= 30 { " open" } else { "" },
    )
}

fn notes(history: &History) -> String {
    if history.notes.is_empty() {
        return String::new();
    }
    let items: String = history
        .notes
        .iter()
        .map(|note| {
            format!(
                "<li><span>step {}</span> {}</li>",
                grouped(note.step),
                Escaped(&note.text)
            )
        })
        .collect();
    let left_out = match history.notes_left_out {
        0 => String::new(),
        count => format!(
            "<p class=\"remark\">{} notes in the middle are left out.</p>",
            grouped(count as u64)
        ),
    };
    format!("<ul class=\"notes\">{items}</ul>{left_out}\n")
}
