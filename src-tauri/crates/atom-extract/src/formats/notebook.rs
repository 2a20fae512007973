//! Jupyter notebooks: the cells with the text of their outputs, without pictures.

use super::text::read_markdown_str;
use crate::draft::{Draft, Failure};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Notebook {
    #[serde(default)]
    cells: Vec<Cell>,
    /// Of the old format, in which cells were kept in sheets.
    #[serde(default)]
    worksheets: Vec<Worksheet>,
}

#[derive(Deserialize)]
struct Worksheet {
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    #[serde(default)]
    cell_type: String,
    #[serde(default, alias = "input")]
    source: Value,
    #[serde(default)]
    outputs: Vec<Value>,
}

/// Reads a notebook.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let notebook: Notebook = serde_json::from_slice(bytes).map_err(|_| Failure::damaged("The notebook is damaged."))?;
    let cells = notebook.cells.iter().chain(notebook.worksheets.iter().flat_map(|sheet| &sheet.cells));
    for cell in cells {
        let source = lines(&cell.source);
        if cell.cell_type == "markdown" || cell.cell_type == "heading" {
            read_markdown_str(&source, draft);
        } else {
            draft.push(&source);
        }
        draft.paragraph_break();
        for output in &cell.outputs {
            let data = output.get("data").and_then(|data| data.get("text/plain"));
            if let Some(text) = output.get("text").or(data) {
                draft.push(&lines(text));
                draft.paragraph_break();
            }
        }
    }
    Ok(())
}

/// A text that is kept as one string or as a list of lines.
fn lines(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}
