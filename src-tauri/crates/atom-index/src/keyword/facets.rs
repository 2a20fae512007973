//! What the matches of a query are, counted by kind, source, folder, person, label and time; and values to complete.
//!
//! Counting reads columns only. Folders count all that lies below them; those that would not narrow anything are left out.

use std::collections::HashMap;

use atom_core::{ItemId, Kind, SourceId};
use tantivy::columnar::{Column, StrColumn};
use tantivy::query::EnableScoring;
use tantivy::{SegmentReader, TERMINATED};

use super::query::Translator;
use super::schema::{Fields, KIND, LABEL, MODIFIED, PARENT, PERSON, SHOWN, SOURCE, looked_for};
use super::{KeywordQuery, Snapshot};

/// Values told of each facet.
const VALUES: usize = 12;
/// Terms looked at to complete a value.
const SCAN: usize = 4096;

/// What the matches of a query are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facets {
    /// How many there are.
    pub total: u64,
    /// By kind, most first; so are the others.
    pub kinds: Vec<(Kind, u64)>,
    /// By source.
    pub sources: Vec<(SourceId, u64)>,
    /// By folder, with all that lies below it.
    pub folders: Vec<(String, u64)>,
    /// By author or sender.
    pub people: Vec<(String, u64)>,
    /// By label.
    pub labels: Vec<(String, u64)>,
    /// How many changed since each of the moments asked for, in their order.
    pub since: Vec<u64>,
}

/// What to complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Authors and senders.
    People,
    /// Labels.
    Labels,
    /// Languages, by code.
    Languages,
    /// Extensions.
    Extensions,
}

/// The columns of one segment.
pub(super) struct Columns {
    kind: Option<StrColumn>,
    source: Column<i64>,
    parent: Option<StrColumn>,
    person: Option<StrColumn>,
    label: Option<StrColumn>,
    modified: Column<i64>,
}

impl Columns {
    fn of(segment: &SegmentReader) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(Self {
            kind: columns.str(KIND)?,
            source: columns.i64(SOURCE)?,
            parent: columns.str(PARENT)?,
            person: columns.str(PERSON)?,
            label: columns.str(LABEL)?,
            modified: columns.i64(MODIFIED)?,
        })
    }
}

/// Counts of one column of texts, by place in the segment's list of them.
#[derive(Default)]
struct Ordinals(HashMap<u64, u64>);

impl Ordinals {
    fn add(&mut self, column: Option<&StrColumn>, document: u32) {
        if let Some(column) = column {
            for ordinal in column.term_ords(document) {
                *self.0.entry(ordinal).or_default() += 1;
            }
        }
    }

    /// Adds them to the counts of the whole index.
    fn tell(self, column: Option<&StrColumn>, counts: &mut HashMap<String, u64>) -> tantivy::Result<()> {
        let Some(column) = column else { return Ok(()) };
        let mut text = String::new();
        for (ordinal, count) in self.0 {
            if column.ord_to_str(ordinal, &mut text)? {
                *counts.entry(text.clone()).or_default() += count;
            }
        }
        Ok(())
    }
}

impl Snapshot {
    fn columns(&self) -> tantivy::Result<&[Columns]> {
        if let Some(columns) = self.counted.get() {
            return Ok(columns);
        }
        let columns = self.searcher.segment_readers().iter().map(Columns::of).collect::<tantivy::Result<_>>()?;
        Ok(self.counted.get_or_init(|| columns))
    }

    pub(super) fn facets(
        &self,
        fields: Fields,
        query: &KeywordQuery,
        beside: &[ItemId],
        since: &[i64],
    ) -> tantivy::Result<Facets> {
        let mut facets = Facets { since: vec![0; since.len()], ..Facets::default() };
        let either = [query.clone(), KeywordQuery::Items(beside.to_vec())];
        let Some(matched) = Translator::new(&self.searcher, fields, self.languages(fields)?)
            .translate(&KeywordQuery::Or(either.into()))?
        else {
            return Ok(facets);
        };
        let weight = matched.weight(EnableScoring::disabled_from_searcher(&self.searcher))?;
        let (mut kinds, mut parents) = (HashMap::new(), HashMap::new());
        let (mut people, mut labels) = (HashMap::new(), HashMap::new());
        let mut sources: HashMap<i64, u64> = HashMap::new();
        for (segment, columns) in self.searcher.segment_readers().iter().zip(self.columns()?) {
            let [mut by_kind, mut by_parent, mut by_person, mut by_label] = [(); 4].map(|()| Ordinals::default());
            let mut documents = weight.scorer(segment, 1.0)?;
            let alive = segment.alive_bitset();
            let mut document = documents.doc();
            while document != TERMINATED {
                if alive.is_none_or(|alive| alive.is_alive(document)) {
                    facets.total += 1;
                    by_kind.add(columns.kind.as_ref(), document);
                    by_parent.add(columns.parent.as_ref(), document);
                    by_person.add(columns.person.as_ref(), document);
                    by_label.add(columns.label.as_ref(), document);
                    if let Some(source) = columns.source.first(document) {
                        *sources.entry(source).or_default() += 1;
                    }
                    let modified = columns.modified.first(document).unwrap_or(i64::MIN);
                    for (count, since) in facets.since.iter_mut().zip(since) {
                        *count += u64::from(modified >= *since);
                    }
                }
                document = documents.advance();
            }
            by_kind.tell(columns.kind.as_ref(), &mut kinds)?;
            by_parent.tell(columns.parent.as_ref(), &mut parents)?;
            by_person.tell(columns.person.as_ref(), &mut people)?;
            by_label.tell(columns.label.as_ref(), &mut labels)?;
        }
        let kinds: HashMap<Kind, u64> =
            kinds.into_iter().filter_map(|(kind, count)| Some((Kind::parse(&kind)?, count))).collect();
        facets.kinds = most(kinds, |kind| kind.as_str());
        facets.sources = most(sources.into_iter().map(|(id, count)| (SourceId::new(id), count)), |source| *source);
        facets.folders = folders(&parents, facets.total);
        facets.people = most(as_shown(people), |person| person.clone());
        facets.labels = most(as_shown(labels), |label| label.clone());
        Ok(facets)
    }

    pub(super) fn values(
        &self,
        fields: Fields,
        of: Values,
        prefix: &str,
        limit: usize,
    ) -> tantivy::Result<Vec<String>> {
        let field = match of {
            Values::People => fields.person,
            Values::Labels => fields.label,
            Values::Languages => fields.language,
            Values::Extensions => fields.ext,
        };
        let prefix = looked_for(prefix);
        let end = format!("{prefix}\u{10ffff}");
        let mut counts: HashMap<String, u64> = HashMap::new();
        for segment in self.searcher.segment_readers() {
            let inverted = segment.inverted_index(field)?;
            let mut stream = inverted.terms().range().ge(&prefix).lt(&end).into_stream()?;
            let mut looked_at = 0;
            while stream.advance() && looked_at < SCAN {
                looked_at += 1;
                if let Ok(text) = std::str::from_utf8(stream.key()) {
                    *counts.entry(text.to_owned()).or_default() += u64::from(stream.value().doc_freq);
                }
            }
        }
        let mut values = ordered(as_shown(counts), |value| value.clone());
        values.truncate(limit);
        Ok(values.into_iter().map(|(value, _)| value).collect())
    }
}

/// Values as people wrote them; what is the same to a search counts as one, in its most frequent form.
fn as_shown(counts: HashMap<String, u64>) -> HashMap<String, u64> {
    let mut forms: HashMap<String, (String, u64, u64)> = HashMap::new();
    for (value, count) in counts {
        let (key, form) = value.split_once(SHOWN).unwrap_or((&value, &value));
        let known = forms.entry(key.to_owned()).or_insert_with(|| (form.to_owned(), 0, 0));
        known.2 += count;
        if count > known.1 || count == known.1 && *form < *known.0 {
            (known.0, known.1) = (form.to_owned(), count);
        }
    }
    forms.into_values().map(|(form, _, count)| (form, count)).collect()
}

fn ordered<T, K: Ord>(counts: impl IntoIterator<Item = (T, u64)>, key: impl Fn(&T) -> K) -> Vec<(T, u64)> {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| key(&a.0).cmp(&key(&b.0))));
    counts
}

fn most<T, K: Ord>(counts: impl IntoIterator<Item = (T, u64)>, key: impl Fn(&T) -> K) -> Vec<(T, u64)> {
    let mut counts = ordered(counts, key);
    counts.truncate(VALUES);
    counts
}

/// Folders that narrow: of a chain of folders with the same matches, the innermost.
fn folders(parents: &HashMap<String, u64>, total: u64) -> Vec<(String, u64)> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for (parent, count) in parents {
        let mut folder = parent.as_str();
        loop {
            *counts.entry(folder).or_default() += count;
            match folder.rfind(std::path::is_separator) {
                Some(at) if at > 0 => folder = folder.get(..at).unwrap_or_default(),
                _ => break,
            }
        }
    }
    let mut fullest_child: HashMap<&str, u64> = HashMap::new();
    for (folder, count) in &counts {
        if let Some(above) = folder.rfind(std::path::is_separator).and_then(|at| folder.get(..at)) {
            let fullest = fullest_child.entry(above).or_default();
            *fullest = (*fullest).max(*count);
        }
    }
    let narrowing = counts
        .iter()
        .filter(|(folder, count)| **count < total && fullest_child.get(**folder) != Some(*count))
        .map(|(folder, count)| ((*folder).to_owned(), *count));
    most(narrowing, |folder| folder.clone())
}

#[cfg(test)]
mod tests {
    use super::{as_shown, folders};
    use std::collections::HashMap;

    fn counts(raw: &[(&str, u64)]) -> HashMap<String, u64> {
        raw.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    }

    fn shown(found: &[(String, u64)]) -> Vec<(&str, u64)> {
        found.iter().map(|(value, count)| (value.as_str(), *count)).collect()
    }

    #[test]
    fn folders_that_narrow_nothing_are_left_out() {
        let found = folders(&counts(&[("/home/ann/docs/a", 3), ("/home/ann/docs/b/c", 2), ("/home/ann", 1)]), 6);
        assert_eq!(shown(&found), [("/home/ann/docs", 5), ("/home/ann/docs/a", 3), ("/home/ann/docs/b/c", 2)]);
        assert!(folders(&counts(&[("/home/ann", 4)]), 4).is_empty());
        assert!(folders(&HashMap::new(), 0).is_empty());
    }

    #[test]
    fn spellings_of_one_value_are_counted_together() {
        let found = as_shown(counts(&[("ann lee\u{1}Ann Lee", 3), ("ann lee\u{1}ANN LEE", 2), ("en", 1)]));
        assert_eq!(found, counts(&[("Ann Lee", 5), ("en", 1)]));
    }
}
