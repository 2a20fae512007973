//! Property lists of Apple, in XML or binary: their words; of a web archive the page in it.

use super::html;
use crate::draft::{Draft, Failure};
use plist::Value;
use std::io::Cursor;

/// Deepest value that is looked into.
const MAX_DEPTH: u32 = 64;

/// Reads a property list.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) -> Result<(), Failure> {
    let value =
        Value::from_reader(Cursor::new(bytes)).map_err(|_| Failure::damaged("The property list is damaged."))?;
    if let Some(page) = value.as_dictionary().and_then(|list| list.get("WebMainResource")) {
        read_archive(page, draft);
        let inner = value.as_dictionary().and_then(|list| list.get("WebSubframeArchives")).and_then(Value::as_array);
        for frame in inner.into_iter().flatten().take(100) {
            if let Some(page) = frame.as_dictionary().and_then(|list| list.get("WebMainResource")) {
                read_archive(page, draft);
            }
        }
        return Ok(());
    }
    write(&value, draft, 0);
    Ok(())
}

fn read_archive(page: &Value, draft: &mut Draft) {
    let Some(page) = page.as_dictionary() else { return };
    let kind = page.get("WebResourceMIMEType").and_then(Value::as_string).unwrap_or_default();
    if let Some(data) = page.get("WebResourceData").and_then(Value::as_data)
        && (kind.contains("html") || kind.is_empty())
    {
        html::read(data, draft);
    }
    if let Some(link) = page.get("WebResourceURL").and_then(Value::as_string) {
        draft.fact("Link", link);
    }
    draft.paragraph_break();
}

fn write(value: &Value, draft: &mut Draft, depth: u32) {
    if draft.is_full() || depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Dictionary(list) => {
            for (key, value) in list {
                draft.push_inline(key);
                draft.push_inline(": ");
                write(value, draft, depth + 1);
                draft.line_break();
            }
        }
        Value::Array(values) => {
            for value in values {
                write(value, draft, depth + 1);
                draft.line_break();
            }
        }
        Value::String(text) => draft.push(text),
        Value::Integer(number) => draft.push(&number.to_string()),
        Value::Real(number) => draft.push(&number.to_string()),
        Value::Boolean(is) => draft.push(if *is { "yes" } else { "no" }),
        Value::Date(date) => draft.push(&date.to_xml_format()),
        _ => {}
    }
}
