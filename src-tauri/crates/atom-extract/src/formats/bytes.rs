//! Numbers at an offset of a byte slice, `None` where there are no such bytes.

macro_rules! numbers {
    ($($name:ident: $kind:ty, $from:ident);* $(;)?) => {
        $(pub(crate) fn $name(bytes: &[u8], offset: usize) -> Option<$kind> {
            let end = offset.checked_add(size_of::<$kind>())?;
            bytes.get(offset..end)?.try_into().ok().map(<$kind>::$from)
        })*
    };
}

numbers! {
    u16_le: u16, from_le_bytes;
    u32_le: u32, from_le_bytes;
    u64_le: u64, from_le_bytes;
    u16_be: u16, from_be_bytes;
    u32_be: u32, from_be_bytes;
    u64_be: u64, from_be_bytes;
}

/// So many bytes from there on.
pub(crate) fn slice(bytes: &[u8], offset: usize, length: usize) -> Option<&[u8]> {
    bytes.get(offset..offset.checked_add(length)?)
}

/// Where `needle` first is at or after `from`.
pub(crate) fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = haystack.get(from..)?;
    rest.windows(needle.len().max(1)).position(|window| window == needle).map(|at| at + from)
}
