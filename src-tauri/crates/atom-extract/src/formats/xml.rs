//! XML as a stream of names and words: no tree, no DTD, no entities but the five of XML and character
//! references, so neither depth nor an entity bomb costs anything.

use crate::draft::Failure;
use crate::encoding::decode;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// A piece of an XML document. Names are without their prefix.
pub(crate) enum Piece<'a> {
    /// An element begins.
    Start(&'a str, &'a Attributes<'a>),
    /// An element ends; also follows the start of an empty one.
    End(&'a str),
    /// Words, with references resolved.
    Text(&'a str),
}

/// Attributes of an element.
pub(crate) struct Attributes<'a>(&'a BytesStart<'a>);

impl Attributes<'_> {
    /// The value of the attribute with that name, whatever its prefix.
    pub(crate) fn get(&self, local: &str) -> Option<String> {
        let attribute = self
            .0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| attribute.key.local_name().as_ref() == local.as_bytes())?;
        Some(match attribute.normalized_value(XmlVersion::Implicit1_0) {
            Ok(value) => value.into_owned(),
            Err(_) => String::from_utf8_lossy(&attribute.value).into_owned(),
        })
    }
}

/// Walks over a document until it ends or `each` says stop.
pub(crate) fn walk(bytes: &[u8], each: impl FnMut(Piece<'_>) -> Walk) -> Result<(), Failure> {
    let declared = declared_encoding(bytes);
    walk_str(&decode(bytes, declared.as_deref()), each)
}

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Walk {
    On,
    Stop,
}

/// [`walk`] for a document that is decoded already.
pub(crate) fn walk_str(xml: &str, mut each: impl FnMut(Piece<'_>) -> Walk) -> Result<(), Failure> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    loop {
        let event = reader.read_event().map_err(|_| Failure::damaged("The XML inside is damaged."))?;
        let walk = match event {
            Event::Start(start) => {
                with_name(start.local_name().as_ref(), |name| each(Piece::Start(name, &Attributes(&start))))
            }
            Event::Empty(start) => {
                with_name(start.local_name().as_ref(), |name| match each(Piece::Start(name, &Attributes(&start))) {
                    Walk::On => each(Piece::End(name)),
                    Walk::Stop => Walk::Stop,
                })
            }
            Event::End(end) => with_name(end.local_name().as_ref(), |name| each(Piece::End(name))),
            Event::Text(text) => each(Piece::Text(&String::from_utf8_lossy(&text))),
            Event::CData(text) => each(Piece::Text(&String::from_utf8_lossy(&text))),
            Event::GeneralRef(reference) => match resolve(&reference) {
                Some(c) => each(Piece::Text(c.encode_utf8(&mut [0; 4]))),
                None => Walk::On,
            },
            Event::Eof => return Ok(()),
            Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Comment(_) => Walk::On,
        };
        if walk == Walk::Stop {
            return Ok(());
        }
    }
}

fn with_name(name: &[u8], each: impl FnOnce(&str) -> Walk) -> Walk {
    std::str::from_utf8(name).map_or(Walk::On, each)
}

fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Option<char> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c);
    }
    match &**reference {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        b"nbsp" => Some(' '),
        _ => None,
    }
}

fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..200).unwrap_or(bytes)).into_owned();
    let (declaration, _) = head.split_once("?>")?;
    let (_, after) = declaration.split_once("encoding=")?;
    let quote = after.chars().next()?;
    after.get(1..)?.split(quote).next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{Piece, Walk, walk};

    fn words(xml: &[u8]) -> String {
        let mut words = String::new();
        let _ = walk(xml, |piece| {
            if let Piece::Text(text) = piece {
                words.push_str(text);
            }
            Walk::On
        });
        words
    }

    #[test]
    fn references_are_resolved_and_entities_are_not() {
        let check = |xml: &str, expect: &str| assert_eq!(words(xml.as_bytes()), expect, "{xml}");
        check("<a>1 &lt; 2 &#x26; &#8364;</a>", "1 < 2 & €");
        check("<a><![CDATA[<b>]]></a>", "<b>");
        check("<!DOCTYPE a [<!ENTITY x \"boom\"><!ENTITY y \"&x;&x;\">]><a>-&y;-</a>", "--");
        check("<a>unclosed <b>still", "unclosed still");
    }

    #[test]
    fn declared_encoding_is_used() {
        assert_eq!(words(b"<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xcc\xe8\xf0</a>"), "Мир");
    }
}
