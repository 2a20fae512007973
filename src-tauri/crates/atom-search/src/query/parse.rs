//! Text to tree. Total: every string has a tree, and none takes more than linear time or deep recursion.
//!
//! Decisions:
//! - `OR` and `|` bind tighter than the space between words, as in Gmail, Everything and Recoll: `a b OR c` is a and (b or c).
//! - A quote opens a phrase only where a word could begin, so that `5" disk` stays two words.
//! - A parenthesis inside a word belongs to the word, so that `main()` can be pasted from code.
//! - A `?` at the end of a word is punctuation: people ask questions.
//! - `~` takes the plain words that follow it, up to the next sign or operator.

use super::ast::{Node, Operator, Syntax};
use super::notice::{Notice, NoticeCode};
use std::ops::Range;

/// Groups deeper than this are read as if the parenthesis were not there.
const MAX_DEPTH: usize = 16;

/// Terms beyond this are left out, with a notice: nobody types them, and each costs a lookup.
const MAX_TERMS: usize = 64;

/// The tree of `text`, `None` where there is nothing to search for, and what to tell about it.
pub(super) fn parse(text: &str) -> (Option<Node>, Vec<Notice>) {
    let mut parser = Parser { text, at: 0, terms: 0, notices: Vec::new() };
    let node = parser.group(0);
    (node, parser.notices)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    terms: usize,
    notices: Vec<Notice>,
}

/// How the next part joins the one before it.
#[derive(Clone, Copy, PartialEq)]
enum Join {
    And,
    Or,
    Near(u32),
}

/// What a word turned out to be.
enum Bare {
    Nothing,
    Near(u32),
    Node(Node),
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn skip_whitespace(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn slice(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or_default()
    }

    fn notice(&mut self, message: String) {
        self.notices.push(Notice::new(NoticeCode::UnknownOperator, message));
    }

    /// Everything up to the closing parenthesis, or up to the end at depth 0.
    fn group(&mut self, depth: usize) -> Option<Node> {
        let start = self.at;
        let mut parts: Vec<Node> = Vec::new();
        let mut join = Join::And;
        loop {
            self.skip_whitespace();
            let Some(next) = self.peek() else { break };
            if next == ')' {
                self.bump();
                if depth > 0 {
                    break;
                }
                continue;
            }
            if next == '|' {
                self.bump();
                join = if parts.is_empty() { Join::And } else { Join::Or };
                continue;
            }
            if !parts.is_empty()
                && let Some(word) = self.connective()
            {
                self.at += word.len();
                join = if word == "OR" { Join::Or } else { Join::And };
                continue;
            }
            match self.part(depth) {
                Bare::Nothing => {}
                Bare::Near(slop) => match parts.last_mut() {
                    Some(Node { syntax: Syntax::Phrase { slop: existing, .. }, .. }) => *existing = slop,
                    Some(Node { syntax: Syntax::Word(_), .. }) => join = Join::Near(slop),
                    _ => self.notice("near: stands after a phrase or between two words".into()),
                },
                Bare::Node(node) => {
                    self.terms += 1;
                    if self.terms <= MAX_TERMS {
                        push(&mut parts, node, join);
                    } else if self.terms == MAX_TERMS + 1 {
                        self.notice(format!("Only the first {MAX_TERMS} words of the query are searched"));
                    }
                    join = Join::And;
                }
            }
        }
        if parts.len() < 2 { parts.pop() } else { Some(Node { span: start..self.at, syntax: Syntax::All(parts) }) }
    }

    /// `OR` or `AND`, standing alone.
    fn connective(&self) -> Option<&'static str> {
        ["OR", "AND"].into_iter().find(|word| {
            self.rest().strip_prefix(word).is_some_and(|after| {
                after.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')' | '|'))
            })
        })
    }

    /// One part with its sign. Always moves on.
    fn part(&mut self, depth: usize) -> Bare {
        if self.peek() == Some('-') {
            match self.second() {
                None => {
                    self.bump();
                    return Bare::Nothing;
                }
                Some(c) if c.is_whitespace() || matches!(c, ')' | '|') => {
                    self.bump();
                    return Bare::Nothing;
                }
                Some('-') => return self.word(depth),
                Some(_) => {
                    let start = self.at;
                    self.bump();
                    return match self.unsigned(depth) {
                        Bare::Node(node) => {
                            Bare::Node(Node { span: start..node.span.end, syntax: Syntax::Not(Box::new(node)) })
                        }
                        other => other,
                    };
                }
            }
        }
        self.unsigned(depth)
    }

    fn unsigned(&mut self, depth: usize) -> Bare {
        let start = self.at;
        match (self.peek(), self.second()) {
            (Some('('), _) => {
                self.bump();
                if depth >= MAX_DEPTH {
                    return Bare::Nothing;
                }
                match self.group(depth + 1) {
                    Some(node) => Bare::Node(node),
                    None => Bare::Nothing,
                }
            }
            (Some(quote), _) if is_quote(quote) => self.phrase(start),
            (Some('='), Some(quote)) if is_quote(quote) => {
                self.bump();
                self.phrase(start)
            }
            (Some('='), Some(c)) if c.is_alphanumeric() => {
                self.bump();
                let word = self.bare(depth);
                let word = self.slice(word).to_owned();
                Bare::Node(Node { span: start..self.at, syntax: Syntax::Exact(word) })
            }
            (Some('~'), Some(quote)) if is_quote(quote) => {
                self.bump();
                let (text, _) = self.quoted();
                self.meaning(start, &text)
            }
            (Some('~'), Some(c)) if c.is_alphanumeric() => {
                self.bump();
                let words = self.at;
                let end = self.plain_run(depth);
                let text = self.slice(words..end).to_owned();
                self.meaning(start, &text)
            }
            (Some('~'), Some('(')) => {
                self.bump();
                Bare::Nothing
            }
            _ => self.word(depth),
        }
    }

    fn meaning(&self, start: usize, text: &str) -> Bare {
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() {
            return Bare::Nothing;
        }
        Bare::Node(Node { span: start..self.at, syntax: Syntax::Meaning(words.join(" ")) })
    }

    /// Reads plain words as far as they go and returns where the last one ended.
    fn plain_run(&mut self, depth: usize) -> usize {
        self.bare(depth);
        let mut end = self.at;
        loop {
            self.skip_whitespace();
            let signed = self.peek().is_none_or(|c| is_quote(c) || matches!(c, '(' | ')' | '|' | '-' | '~' | '='));
            if signed || self.connective().is_some() || self.operator_name().is_some() {
                self.at = end;
                return end;
            }
            self.bare(depth);
            end = self.at;
        }
    }

    fn phrase(&mut self, start: usize) -> Bare {
        let (text, closed) = self.quoted();
        let words: Vec<String> = text.split_whitespace().filter(|word| has_letters(word)).map(str::to_owned).collect();
        if words.is_empty() {
            return Bare::Nothing;
        }
        Bare::Node(Node { span: start..self.at, syntax: Syntax::Phrase { words, slop: 0, closed } })
    }

    /// What stands between the quote here and the next one, or the end.
    fn quoted(&mut self) -> (String, bool) {
        self.bump();
        let rest = self.rest();
        let (text, closed) = match rest.find(is_quote) {
            Some(end) => (rest.get(..end).unwrap_or_default().to_owned(), true),
            None => (rest.to_owned(), false),
        };
        self.at += text.len();
        if closed {
            self.bump();
        }
        (text, closed)
    }

    /// A run without spaces, up to a `|` or the parenthesis that closes the group.
    fn bare(&mut self, depth: usize) -> Range<usize> {
        let start = self.at;
        let mut opened = 0_usize;
        for c in self.text.get(start..).unwrap_or_default().chars() {
            match c {
                c if c.is_whitespace() => break,
                '|' => break,
                '(' => opened += 1,
                ')' if opened > 0 => opened -= 1,
                ')' if depth > 0 => break,
                _ => {}
            }
            self.at += c.len_utf8();
        }
        start..self.at
    }

    /// The `name` of a `name:` that stands here, known or not.
    fn operator_name(&self) -> Option<&str> {
        let rest = self.rest();
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphabetic() || *byte == b'_').count();
        let after = rest.get(length..)?.strip_prefix(':')?;
        let joined = after.starts_with([':', '\\']) || after.starts_with("//");
        (length >= 2 && !joined).then(|| rest.get(..length)).flatten()
    }

    fn word(&mut self, depth: usize) -> Bare {
        let start = self.at;
        let Some(name) = self.operator_name().map(str::to_owned) else {
            let span = self.bare(depth);
            return self.term(span);
        };
        let values_at = start + name.len() + 1;
        if name.eq_ignore_ascii_case("near") {
            let span = self.bare(depth);
            let slop = self.slice(values_at..span.end).parse::<u32>();
            return match slop {
                Ok(slop) => Bare::Near(slop.min(100)),
                Err(_) => {
                    self.notice("near: takes a number of words, as in near:5".into());
                    Bare::Nothing
                }
            };
        }
        if let Some(operator) = Operator::parse(&name) {
            self.at = values_at;
            let mut values = if operator == Operator::Regex { self.pattern(depth) } else { self.values(depth) };
            values.retain(|value| !value.is_empty());
            if values.is_empty() {
                self.notice(format!("{name}: is waiting for a value"));
                return Bare::Nothing;
            }
            return Bare::Node(Node { span: start..self.at, syntax: Syntax::Operator { operator, values } });
        }
        let span = self.bare(depth);
        if span.end > values_at {
            self.notice(format!("{name}: is not an operator; searching for it as text"));
        }
        self.term(span)
    }

    /// The pattern between two slashes, with `\/` for one in it; without the first, a run without spaces.
    fn pattern(&mut self, depth: usize) -> Vec<String> {
        if self.peek() != Some('/') {
            let span = self.bare(depth);
            return vec![self.slice(span).to_owned()];
        }
        self.bump();
        let mut pattern = String::new();
        while let Some(next) = self.peek() {
            self.bump();
            match next {
                '/' => break,
                '\\' if self.peek() == Some('/') => {
                    pattern.push('/');
                    self.bump();
                }
                '\\' => {
                    pattern.push('\\');
                    pattern.extend(self.peek());
                    self.bump();
                }
                c => pattern.push(c),
            }
        }
        vec![pattern]
    }

    /// `value,value`, each of them bare or quoted; `|` without spaces counts as a comma.
    fn values(&mut self, depth: usize) -> Vec<String> {
        let mut values = Vec::new();
        let mut value = String::new();
        let mut opened = 0_usize;
        while let Some(next) = self.peek() {
            match next {
                c if c.is_whitespace() => break,
                c if is_quote(c) => {
                    let (text, _) = self.quoted();
                    value.push_str(text.trim());
                    continue;
                }
                ',' | '|' => values.push(std::mem::take(&mut value)),
                ')' if depth > 0 && opened == 0 => break,
                c => {
                    match c {
                        '(' => opened += 1,
                        ')' => opened = opened.saturating_sub(1),
                        _ => {}
                    }
                    value.push(c);
                }
            }
            self.bump();
        }
        values.push(value);
        values.retain(|value| !value.is_empty());
        values
    }

    /// A plain word, a pattern, or nothing where there is no letter or digit.
    fn term(&self, span: Range<usize>) -> Bare {
        let text = self.slice(span.clone());
        let syntax = if text.contains("://") {
            Syntax::Word(text.to_owned())
        } else if text.starts_with('*') && text.chars().all(|c| matches!(c, '*' | '?')) {
            Syntax::Everything
        } else if text.contains('*') && has_letters(text) {
            Syntax::Wildcard(text.to_owned())
        } else {
            let text = text.trim_end_matches('?');
            if !has_letters(text) {
                return Bare::Nothing;
            }
            let between = text.char_indices().any(|(at, c)| c == '?' && text.get(at + 1..).is_some_and(has_letters));
            if between { Syntax::Wildcard(text.to_owned()) } else { Syntax::Word(text.to_owned()) }
        };
        Bare::Node(Node { span, syntax })
    }
}

fn push(parts: &mut Vec<Node>, node: Node, join: Join) {
    let previous = if join == Join::And { None } else { parts.pop() };
    let Some(previous) = previous else {
        parts.push(node);
        return;
    };
    let span = previous.span.start..node.span.end;
    let joined = match (join, previous.syntax, node.syntax) {
        (Join::Near(slop), Syntax::Word(first), Syntax::Word(second)) => {
            Syntax::Phrase { words: vec![first, second], slop, closed: true }
        }
        (Join::Or, Syntax::Any(mut any), syntax) => {
            any.push(Node { span: node.span, syntax });
            Syntax::Any(any)
        }
        (Join::Or, first, second) => {
            Syntax::Any(vec![Node { span: previous.span, syntax: first }, Node { span: node.span, syntax: second }])
        }
        (_, first, second) => {
            parts.push(Node { span: previous.span, syntax: first });
            parts.push(Node { span: node.span, syntax: second });
            return;
        }
    };
    parts.push(Node { span, syntax: joined });
}

pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}')
}

/// Whether there is anything in it that an index could hold: letters, digits, pictures.
pub(super) fn has_letters(text: &str) -> bool {
    text.chars().any(|c| c.is_alphanumeric() || matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f300}'..='\u{1faff}'))
}
