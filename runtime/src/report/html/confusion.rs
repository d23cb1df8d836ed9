//! Which classes are taken for which.

use super::escape::Escaped;
use super::number::grouped;
use crate::train::Confusion;

/// More classes than this are drawn without numbers.
const MOST_WITH_NUMBERS: usize = 24;
/// More than this are not drawn at all.
const MOST_DRAWN: usize = 120;
const PAIRS_LISTED: usize = 12;

pub(super) fn confusion(confusion: &Confusion) -> String {
    let classes = confusion.classes.len();
    if classes == 0 {
        return String::new();
    }
    let matrix = if classes <= MOST_WITH_NUMBERS {
        table(confusion)
    } else if classes <= MOST_DRAWN {
        drawing(confusion)
    } else {
        format!(
            "<p class=\"remark\">{} classes are too many for a table.</p>",
            grouped(classes as u64)
        )
    };
    matrix + &pairs(confusion)
}

fn count(confusion: &Confusion, row: usize, column: usize) -> u64 {
    let count = confusion.counts.get(row).and_then(|row| row.get(column));
    count.copied().unwrap_or(0)
}

fn total(confusion: &Confusion, row: usize) -> u64 {
    confusion.counts.get(row).map_or(0, |row| row.iter().sum())
}

fn table(confusion: &Confusion) -> String {
    let names: String = confusion
        .classes
        .iter()
        .map(|name| format!("<th scope=\"col\">{}</th>", Escaped(name)))
        .collect();
    let rows: String = confusion
        .classes
        .iter()
        .enumerate()
        .map(|(row, name)| {
            let total = total(confusion, row);
            let cells: String = (0..confusion.classes.len())
                .map(|column| cell(count(confusion, row, column), total, row == column))
                .collect();
            let recall = share(count(confusion, row, row), total);
            format!(
                "<tr><th scope=\"row\">{}</th>{cells}<td class=\"sum\">{recall}</td></tr>",
                Escaped(name)
            )
        })
        .collect();
    let precision: String = (0..confusion.classes.len())
        .map(|column| {
            let taken = (0..confusion.classes.len())
                .map(|row| count(confusion, row, column))
                .sum();
            format!(
                "<td class=\"sum\">{}</td>",
                share(count(confusion, column, column), taken)
            )
        })
        .collect();
    format!(
        "<div class=\"wide\"><table class=\"confusion\"><caption>Rows: what is right. Columns: what the network says. \
         Colour: share of the row.</caption><thead><tr><td></td>{names}<th scope=\"col\">recall</th></tr></thead>\
         <tbody>{rows}<tr><th scope=\"row\">precision</th>{precision}<td></td></tr></tbody></table></div>\n"
    )
}

fn cell(count: u64, total: u64, right: bool) -> String {
    if count == 0 {
        return "<td class=\"none\">·</td>".into();
    }
    // Single mistakes among hundreds must be seen: the square root lifts small shares.
    let share = (count as f64 / total.max(1) as f64).sqrt();
    let kind = if right { "right" } else { "wrong" };
    let strong = if share > 0.6 { " strong" } else { "" };
    format!(
        "<td class=\"{kind}{strong}\" style=\"--share:{:.0}%\">{count}</td>",
        share * 100.0
    )
}

fn drawing(confusion: &Confusion) -> String {
    let classes = confusion.classes.len();
    let mut cells = String::new();
    for (row, name) in confusion.classes.iter().enumerate() {
        let total = total(confusion, row);
        for (column, other) in confusion.classes.iter().enumerate() {
            let count = count(confusion, row, column);
            if count > 0 {
                cells += &format!(
                    "<rect class=\"{}\" x=\"{column}\" y=\"{row}\" width=\"1\" height=\"1\" fill-opacity=\"{:.2}\">\
                     <title>{} taken for {}: {count}</title></rect>",
                    if row == column { "right" } else { "wrong" },
                    (count as f64 / total.max(1) as f64).sqrt(),
                    Escaped(name),
                    Escaped(other),
                );
            }
        }
    }
    format!(
        "<figure><svg class=\"matrix\" viewBox=\"0 0 {classes} {classes}\" role=\"img\" \
         aria-label=\"confusion of {classes} classes\">{cells}</svg><figcaption class=\"remark\">From above: what is right. \
         From the left: what the network says.</figcaption></figure>\n"
    )
}

/// The commonest mistakes.
fn pairs(confusion: &Confusion) -> String {
    let mut pairs: Vec<(u64, usize, usize)> = Vec::new();
    for (row, counts) in confusion.counts.iter().enumerate() {
        for (column, &count) in counts.iter().enumerate() {
            if row != column && count > 0 {
                pairs.push((count, row, column));
            }
        }
    }
    if pairs.is_empty() {
        return "<p class=\"remark\">No sample was taken for another class.</p>\n".into();
    }
    pairs.sort_by_key(|&(count, row, column)| (std::cmp::Reverse(count), row, column));
    let name = |class: usize| confusion.classes.get(class).map_or("?", |name| name);
    let items: String = pairs
        .iter()
        .take(PAIRS_LISTED)
        .map(|&(count, row, column)| {
            format!(
                "<li><b>{}</b> taken for <b>{}</b>: {} of {}</li>",
                Escaped(name(row)),
                Escaped(name(column)),
                grouped(count),
                grouped(total(confusion, row)),
            )
        })
        .collect();
    format!("<h3>Commonest mistakes</h3><ol class=\"pairs\">{items}</ol>\n")
}

fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        "–".into()
    } else {
        format!("{:.1} %", part as f64 / whole as f64 * 100.0)
    }
}
