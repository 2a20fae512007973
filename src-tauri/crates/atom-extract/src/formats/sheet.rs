//! Spreadsheets of Excel: XLSX, XLSB and XLS, by calamine; also CSV and its kin as they are.

use crate::draft::{Draft, Failure};
use calamine::{Cell, Data, DataRef, Reader, Xls, XlsError, Xlsb, Xlsx};
use std::io::{Read, Seek};

/// Reads XLSX cell by cell, so that a lonely cell at the far end of a sheet costs nothing.
pub(crate) fn read_xlsx(source: impl Read + Seek, draft: &mut Draft) -> Result<(), Failure> {
    let mut book = Xlsx::new(source).map_err(|error| match error {
        calamine::XlsxError::Password => Failure::Encrypted,
        _ => damaged(),
    })?;
    for (index, sheet) in book.sheet_names().into_iter().enumerate() {
        if draft.is_full() {
            break;
        }
        begin(&sheet, index + 1, draft);
        // Sheets that hold a chart have no cells.
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet) else {
            continue;
        };
        write_cells(draft, || cells.next_cell().map_err(|_| damaged()))?;
    }
    Ok(())
}

/// Reads XLSB cell by cell.
pub(crate) fn read_xlsb(source: impl Read + Seek, draft: &mut Draft) -> Result<(), Failure> {
    let mut book = Xlsb::new(source).map_err(|error| match error {
        calamine::XlsbError::Password => Failure::Encrypted,
        _ => damaged(),
    })?;
    for (index, sheet) in book.sheet_names().into_iter().enumerate() {
        if draft.is_full() {
            break;
        }
        begin(&sheet, index + 1, draft);
        let Ok(mut cells) = book.worksheet_cells_reader(&sheet) else {
            continue;
        };
        write_cells(draft, || cells.next_cell().map_err(|_| damaged()))?;
    }
    Ok(())
}

/// Reads XLS.
pub(crate) fn read_xls(source: impl Read + Seek, draft: &mut Draft) -> Result<(), Failure> {
    let mut book = Xls::new(source).map_err(|error| match error {
        XlsError::Password => Failure::Encrypted,
        _ => damaged(),
    })?;
    for (index, sheet) in book.sheet_names().into_iter().enumerate() {
        if draft.is_full() {
            break;
        }
        begin(&sheet, index + 1, draft);
        let Ok(range) = book.worksheet_range(&sheet) else {
            continue;
        };
        for row in range.rows() {
            for cell in row {
                write_data(cell, draft);
            }
            draft.line_break();
            if draft.is_full() {
                break;
            }
        }
    }
    Ok(())
}

/// Begins a sheet with its name. That stands in the text as well, for a sheet without cells to be found by it, unless
/// it is what a new sheet is called: a word and the number of its position.
fn begin(name: &str, position: usize, draft: &mut Draft) {
    draft.section(name);
    let word = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.get(word.len()..).and_then(|number| number.parse().ok());
    if number != Some(position) || !word.trim_end().chars().all(char::is_alphabetic) {
        draft.push_inline(name);
        draft.line_break();
    }
}

/// Writes the cells of a sheet, each row on a line of its own, until there are no more or the draft is full.
fn write_cells<'a>(
    draft: &mut Draft,
    mut next: impl FnMut() -> Result<Option<Cell<DataRef<'a>>>, Failure>,
) -> Result<(), Failure> {
    let mut row = 0;
    while let Some(found) = next()? {
        let (this_row, _) = found.get_position();
        if this_row != row {
            draft.line_break();
            row = this_row;
        }
        match found.get_value() {
            DataRef::SharedString(text) => cell(text, draft),
            other => write_data(&Data::from(other.clone()), draft),
        }
        if draft.is_full() {
            break;
        }
    }
    Ok(())
}

fn write_data(value: &Data, draft: &mut Draft) {
    match value {
        Data::Empty | Data::Error(_) => {}
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => cell(text, draft),
        Data::Int(number) => cell(&number.to_string(), draft),
        Data::Float(number) => cell(&number.to_string(), draft),
        Data::Bool(value) => cell(if *value { "TRUE" } else { "FALSE" }, draft),
        Data::DateTime(time) => {
            if time.is_duration() {
                cell(&time.as_f64().to_string(), draft);
            } else {
                let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
                let date = format!("{year:04}-{month:02}-{day:02}");
                let midnight = (hour, minute, second) == (0, 0, 0);
                let text = if midnight { date } else { format!("{date} {hour:02}:{minute:02}:{second:02}") };
                cell(&text, draft);
            }
        }
    }
}

fn cell(text: &str, draft: &mut Draft) {
    draft.push_inline(text);
    draft.cell_break();
}

fn damaged() -> Failure {
    Failure::damaged("The spreadsheet is damaged.")
}

#[cfg(test)]
mod tests {
    use crate::draft::Draft;

    #[test]
    fn names_of_sheets_are_text_unless_they_are_the_usual_ones() {
        let check = |name: &str, position: usize, expect: &str| {
            let mut draft = Draft::new(100);
            super::begin(name, position, &mut draft);
            assert_eq!(draft.text().trim(), expect, "{name}");
            assert_eq!(draft.first_heading(), Some(name));
        };
        check("Sheet1", 1, "");
        check("Sheet 2", 2, "");
        check("Tabelle12", 12, "");
        check("Лист1", 1, "");
        check("Sheet1", 2, "Sheet1");
        check("Budget", 1, "Budget");
        check("Rent 2024", 1, "Rent 2024");
        check("Plan B 1", 1, "Plan B 1");
    }
}
