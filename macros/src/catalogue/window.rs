//! Windows that slide over height and width: one rule, and one report, for both.

use super::Site;
use crate::diagnostics::Place;
use crate::size::{Size, Window};
use quote::quote;

impl Site<'_> {
    /// How often a window fits along height and width; one report when it does not fit even once.
    pub(super) fn slide(&mut self, windows: &[Window; 2], place: Option<Place>) -> [Size; 2] {
        if let [Some(rows), Some(columns)] = [windows[0].extent(), windows[1].extent()] {
            if rows[0] > rows[1] || columns[0] > columns[1] {
                self.report_window(windows, rows, columns, place);
                return [Size::Unknown, Size::Unknown];
            }
        } else if !windows.iter().all(Window::is_identity) {
            self.check_windows(windows);
        }
        windows
            .each_ref()
            .map(|window| self.derive(|symbols| symbols.windows(window)))
    }

    /// `rows` and `columns`: what the kernel covers, and what there is.
    fn report_window(
        &mut self,
        windows: &[Window; 2],
        rows: [u64; 2],
        columns: [u64; 2],
        place: Option<Place>,
    ) {
        let any = |size: fn(&Window) -> &Size, above: u64| {
            let mut sizes = windows.iter().map(|window| size(window).known());
            sizes.any(|size| size > Some(above))
        };
        let dilated = if any(|window| &window.dilation, 1) {
            " with its dilation"
        } else {
            ""
        };
        let padded = if any(|window| &window.padding, 0) {
            " with its padding"
        } else {
            ""
        };
        let fails = |[covered, available]: [u64; 2]| covered > available;
        let ([covered, available], axes) = match (fails(rows), fails(columns)) {
            (true, true) if rows == columns => {
                (rows.map(|size| size.to_string()), "height and width")
            }
            (true, true) => (
                [0, 1].map(|index| format!("{}×{}", rows[index], columns[index])),
                "input",
            ),
            (true, false) => (rows.map(|size| size.to_string()), "height"),
            (false, _) => (columns.map(|size| size.to_string()), "width"),
        };
        let verb = if axes == "height and width" {
            "are"
        } else {
            "is"
        };
        let text = format!(
            "the kernel of `{}`{dilated} covers {covered}, but the {axes}{padded} {verb} only {available}",
            self.kind
        );
        let largest = |window: &Window, available: u64| {
            let dilation = window.dilation.known().unwrap_or(1).max(1);
            available.saturating_sub(1) / dilation + 1
        };
        let largest = [
            largest(&windows[0], rows[1]),
            largest(&windows[1], columns[1]),
        ];
        let one_number = windows[0].kernel == windows[1].kernel;
        let help = match largest {
            [height, width] if one_number => format!("{}", height.min(width)),
            [height, width] => format!("({height}, {width})"),
        };
        self.diagnostics
            .error(place.unwrap_or(self.span.into()), text)
            .note(self.origin)
            .help(format!("use a kernel of at most {help}, or more padding"));
    }

    /// Asks the compiler whether windows fit that the macro cannot measure.
    fn check_windows(&mut self, windows: &[Window; 2]) {
        let known_to_compiler = |size: &Size| !matches!(size, Size::Generic(_) | Size::Unknown);
        // One that keeps its size fits, whatever that is.
        let measured = |window: &Window| {
            if window.is_identity() {
                return [1, 1, 0, 1].map(Size::Known);
            }
            [
                &window.input,
                &window.kernel,
                &window.padding,
                &window.dilation,
            ]
            .map(Size::clone)
        };
        let [rows, columns] = windows.each_ref().map(measured);
        if rows.iter().chain(&columns).all(known_to_compiler) {
            let (kind, origin) = (self.kind, self.origin);
            self.check(quote!(::chainrule::__private::check_windows(#kind, [#(#rows),*], [#(#columns),*], #origin)));
        }
    }
}
