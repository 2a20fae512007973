//! Programming languages by extension, and the definitions that a reader of code looks for.

use crate::draft::Draft;
use crate::encoding::decode;

/// Name, media type and extensions of a language.
pub(crate) type Language = (&'static str, &'static str, &'static [&'static str]);

/// Every language that is known by extension.
pub(crate) const LANGUAGES: &[Language] = &[
    ("ABAP", "text/x-abap", &["abap"]),
    ("ActionScript", "text/x-actionscript", &["as"]),
    ("Ada", "text/x-ada", &["adb", "ads", "ada"]),
    ("Agda", "text/x-agda", &["agda"]),
    ("APL", "text/apl", &["apl"]),
    ("AppleScript", "text/x-applescript", &["applescript", "scpt"]),
    ("Assembler", "text/x-asm", &["asm", "s", "nasm"]),
    ("AutoHotkey", "text/x-autohotkey", &["ahk"]),
    ("AWK", "text/x-awk", &["awk"]),
    ("Bash and shell", "text/x-sh", &["sh", "bash", "zsh", "ksh"]),
    ("BASIC", "text/x-basic", &["bas"]),
    ("Batch", "text/x-bat", &["bat", "cmd"]),
    ("BitBake", "text/x-bitbake", &["bb", "bbclass"]),
    ("C", "text/x-csrc", &["c"]),
    ("C header", "text/x-chdr", &["h"]),
    ("C#", "text/x-csharp", &["cs", "csx"]),
    ("C++", "text/x-c++src", &["cc", "cpp", "cxx", "c++"]),
    ("C++ header", "text/x-c++hdr", &["hpp", "hh", "hxx"]),
    ("Clojure", "text/x-clojure", &["clj", "cljs", "cljc", "edn"]),
    ("CMake", "text/x-cmake", &["cmake"]),
    ("COBOL", "text/x-cobol", &["cbl", "cob", "cpy"]),
    ("CoffeeScript", "text/coffeescript", &["coffee"]),
    ("Common Lisp", "text/x-common-lisp", &["lisp", "lsp", "cl"]),
    ("Crystal", "text/x-crystal", &["cr"]),
    ("CSS", "text/css", &["css"]),
    ("CUDA", "text/x-cuda", &["cu", "cuh"]),
    ("Cypher", "text/x-cypher", &["cypher", "cql"]),
    ("D", "text/x-d", &["d"]),
    ("Dart", "text/x-dart", &["dart"]),
    ("Dhall", "text/x-dhall", &["dhall"]),
    ("Dockerfile", "text/x-dockerfile", &["dockerfile"]),
    ("DOT", "text/vnd.graphviz", &["dot", "gv"]),
    ("Eiffel", "text/x-eiffel", &["e"]),
    ("Elixir", "text/x-elixir", &["ex", "exs"]),
    ("Elm", "text/x-elm", &["elm"]),
    ("Emacs Lisp", "text/x-emacs-lisp", &["el"]),
    ("Erlang", "text/x-erlang", &["erl", "hrl"]),
    ("F#", "text/x-fsharp", &["fs", "fsi", "fsx"]),
    ("Factor", "text/x-factor", &["factor"]),
    ("fish", "text/x-fish", &["fish"]),
    ("Forth", "text/x-forth", &["fth", "4th"]),
    ("Fortran", "text/x-fortran", &["f", "f77", "f90", "f95", "f03", "for"]),
    ("GDScript", "text/x-gdscript", &["gd"]),
    ("Gherkin", "text/x-gherkin", &["feature"]),
    ("Gleam", "text/x-gleam", &["gleam"]),
    ("GLSL", "text/x-glsl", &["glsl", "vert", "frag"]),
    ("Go", "text/x-go", &["go"]),
    ("GraphQL", "text/x-graphql", &["graphql", "gql"]),
    ("Groovy and Gradle", "text/x-groovy", &["groovy", "gradle"]),
    ("Haskell", "text/x-haskell", &["hs", "lhs"]),
    ("Haxe", "text/x-haxe", &["hx"]),
    ("HCL and Terraform", "text/x-hcl", &["hcl", "tf", "tfvars"]),
    ("HLSL", "text/x-hlsl", &["hlsl"]),
    ("IDL", "text/x-idl", &["idl"]),
    ("Idris", "text/x-idris", &["idr"]),
    ("J", "text/x-j", &["ijs"]),
    ("Java", "text/x-java", &["java"]),
    ("JavaScript", "text/javascript", &["js", "mjs", "cjs", "jsx"]),
    ("Julia", "text/x-julia", &["jl"]),
    ("Kotlin", "text/x-kotlin", &["kt", "kts"]),
    ("Lean", "text/x-lean", &["lean"]),
    ("Less", "text/x-less", &["less"]),
    ("Logo", "text/x-logo", &["lgo"]),
    ("Lua", "text/x-lua", &["lua"]),
    ("Makefile", "text/x-makefile", &["mk", "mak"]),
    ("MATLAB and Objective-C", "text/x-matlab", &["m"]),
    ("Meson", "text/x-meson", &["meson"]),
    ("Metal", "text/x-metal", &["metal"]),
    ("Modula", "text/x-modula", &["mod", "def"]),
    ("Nim", "text/x-nim", &["nim"]),
    ("Nix", "text/x-nix", &["nix"]),
    ("NSIS", "text/x-nsis", &["nsi", "nsh"]),
    ("Objective-C++", "text/x-objective-c++", &["mm"]),
    ("OCaml", "text/x-ocaml", &["ml", "mli"]),
    ("OpenCL", "text/x-opencl", &["opencl"]),
    ("OpenSCAD", "text/x-openscad", &["scad"]),
    ("Pascal", "text/x-pascal", &["pas", "pp", "dpr"]),
    ("Perl", "text/x-perl", &["pl", "pm", "t"]),
    ("PHP", "text/x-php", &["php", "phtml"]),
    ("PowerShell", "text/x-powershell", &["ps1", "psm1", "psd1"]),
    ("Prolog", "text/x-prolog", &["pro", "prolog"]),
    ("Protocol Buffers", "text/x-protobuf", &["proto"]),
    ("Puppet", "text/x-puppet", &["puppet"]),
    ("PureScript", "text/x-purescript", &["purs"]),
    ("Python", "text/x-python", &["py", "pyi", "pyw", "pyx"]),
    ("QML", "text/x-qml", &["qml"]),
    ("R", "text/x-r", &["r"]),
    ("Racket", "text/x-racket", &["rkt"]),
    ("Raku", "text/x-raku", &["raku", "rakumod", "p6"]),
    ("ReasonML", "text/x-reason", &["re", "rei"]),
    ("REXX", "text/x-rexx", &["rexx"]),
    ("Ruby", "text/x-ruby", &["rb", "rake", "gemspec"]),
    ("Rust", "text/x-rust", &["rs"]),
    ("SAS", "text/x-sas", &["sas"]),
    ("Sass", "text/x-scss", &["scss", "sass"]),
    ("Scala", "text/x-scala", &["scala", "sc", "sbt"]),
    ("Scheme", "text/x-scheme", &["scm", "ss"]),
    ("Smalltalk", "text/x-smalltalk", &["st"]),
    ("Solidity", "text/x-solidity", &["sol"]),
    ("SPARQL", "application/sparql-query", &["rq", "sparql"]),
    ("SQL", "text/x-sql", &["sql", "ddl", "plsql"]),
    ("Standard ML", "text/x-sml", &["sml"]),
    ("Starlark and Bazel", "text/x-starlark", &["bzl", "star", "bazel"]),
    ("Stata", "text/x-stata", &["do", "ado"]),
    ("Svelte", "text/x-svelte", &["svelte"]),
    ("Swift", "text/x-swift", &["swift"]),
    ("SystemVerilog", "text/x-systemverilog", &["sv", "svh"]),
    ("Tcl", "text/x-tcl", &["tcl"]),
    ("Thrift", "text/x-thrift", &["thrift"]),
    ("TypeScript", "text/x-typescript", &["ts", "tsx", "mts", "cts"]),
    ("Vala", "text/x-vala", &["vala"]),
    ("Verilog", "text/x-verilog", &["v"]),
    ("VHDL", "text/x-vhdl", &["vhd", "vhdl"]),
    ("Vim script", "text/x-vim", &["vim"]),
    ("Visual Basic", "text/x-vb", &["vb", "vbs", "cls", "frm"]),
    ("Vue", "text/x-vue", &["vue"]),
    ("WebAssembly text", "text/x-wat", &["wat", "wast"]),
    ("WGSL", "text/x-wgsl", &["wgsl"]),
    ("XQuery", "application/xquery", &["xq", "xqy", "xquery"]),
    ("XSLT", "application/xslt+xml", &["xsl", "xslt"]),
    ("Yacc and Lex", "text/x-yacc", &["y", "yy", "l"]),
    ("Zig", "text/x-zig", &["zig"]),
];

/// Words before a definition that are no part of it.
const MODIFIERS: [&str; 32] = [
    "pub",
    "pub(crate)",
    "pub(super)",
    "public",
    "private",
    "protected",
    "internal",
    "static",
    "export",
    "default",
    "async",
    "abstract",
    "final",
    "open",
    "override",
    "inline",
    "extern",
    "\"C\"",
    "unsafe",
    "const",
    "virtual",
    "sealed",
    "partial",
    "data",
    "case",
    "implicit",
    "local",
    "declare",
    "noncomputable",
    "fileprivate",
    "suspend",
    "pure",
];

/// Words that a definition begins with.
const DEFINERS: [&str; 45] = [
    "fn",
    "func",
    "fun",
    "function",
    "def",
    "defp",
    "defn",
    "defun",
    "defmodule",
    "defmacro",
    "class",
    "struct",
    "enum",
    "trait",
    "impl",
    "interface",
    "type",
    "module",
    "namespace",
    "object",
    "protocol",
    "extension",
    "sub",
    "procedure",
    "proc",
    "subroutine",
    "macro_rules!",
    "macro",
    "package",
    "mod",
    "union",
    "record",
    "actor",
    "contract",
    "newtype",
    "instance",
    "theorem",
    "lemma",
    "program",
    "entity",
    "architecture",
    "message",
    "service",
    "table",
    "feature:",
];

/// Reads code: as it is, its top-level definitions as sections.
pub(crate) fn read(bytes: &[u8], draft: &mut Draft) {
    let text = decode(bytes, None);
    // Up to where the text is written, where the line begins, and where the comments and attributes above it do.
    let (mut written, mut at, mut above) = (0, 0, None);
    for line in text.split_inclusive('\n') {
        if is_comment(line) {
            above.get_or_insert(at);
        } else {
            if let Some(name) = definition(line) {
                let start = above.unwrap_or(at);
                draft.push(text.get(written..start).unwrap_or_default());
                written = start;
                if draft.is_full() {
                    return;
                }
                draft.record_at(draft.text().len(), name);
            }
            above = None;
        }
        at += line.len();
    }
    draft.push(text.get(written..).unwrap_or_default());
}

fn is_comment(line: &str) -> bool {
    match line.as_bytes() {
        [b'#' | b';' | b'@' | b'%', ..] => true,
        [b'/', b'/' | b'*', ..] | [b' ', b'*', ..] | [b'-', b'-', ..] => true,
        rest => rest.starts_with(b"\"\"\""),
    }
}

/// What a line at the margin defines: its keyword and name, or the name of a C function.
fn definition(line: &str) -> Option<&str> {
    if line.starts_with([' ', '\t', '\r', '\n', '}', ')']) {
        return None;
    }
    let line = line.trim_end();
    let line = line.get(..line.floor_char_boundary(300))?;
    // Lisps open a parenthesis first.
    let mut rest = line.strip_prefix('(').unwrap_or(line);
    if rest.starts_with(char::is_whitespace) {
        return None;
    }
    let mut words = 0;
    loop {
        let word = rest.split_whitespace().next()?;
        let after = rest.get(word.len()..)?.trim_start();
        if DEFINERS.iter().any(|definer| word.eq_ignore_ascii_case(definer)) {
            let name = after.find(|c: char| !(c.is_alphanumeric() || "_.:-<>'&!?$".contains(c))).unwrap_or(after.len());
            let name = after.get(..name)?.trim_end_matches([':', '<', '-']);
            let has_name = name.chars().any(char::is_alphabetic);
            let end = rest.len() - after.len() + name.len();
            return has_name.then(|| rest.get(..end)).flatten();
        }
        if !MODIFIERS.contains(&word) || words > 6 {
            break;
        }
        words += 1;
        rest = after;
    }
    c_function(line)
}

/// `int main(int argc, char **argv) {`, but no call and no statement.
fn c_function(line: &str) -> Option<&str> {
    let (head, _) = line.split_once('(')?;
    let ends_well = line.ends_with('{') || line.ends_with(')') || line.ends_with(',');
    let is_typed = head.contains(' ') && head.chars().all(|c| c.is_ascii_alphanumeric() || "_ *:&<>~,".contains(c));
    let first = head.split_whitespace().next()?;
    let statement =
        matches!(first, "if" | "for" | "while" | "switch" | "return" | "else" | "do" | "case" | "goto" | "and" | "or");
    let name = head.rsplit([' ', '*', '&']).next()?;
    (ends_well && is_typed && !statement && name.len() > 1 && !head.ends_with(' ')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::{LANGUAGES, definition};
    use crate::draft::Draft;
    use std::collections::HashSet;

    #[test]
    fn definitions_are_found_by_their_line() {
        let check = |line: &str, expect: Option<&str>| assert_eq!(definition(line), expect, "{line}");
        check("pub(crate) fn read(bytes: &[u8]) {\n", Some("fn read"));
        check("class Person(Base):", Some("class Person"));
        check("export default async function run() {", Some("function run"));
        check("public abstract class A<T> extends B {", Some("class A<T>"));
        check("def total(x):", Some("def total"));
        check("CREATE TABLE people (id int)", None);
        check("(defun square (x) (* x x))", Some("defun square"));
        check("int main(int argc, char **argv) {", Some("main"));
        check("static char *name_of(int id)", Some("name_of"));
        check("    fn inner() {", None);
        check("if (x == 1) {", None);
        check("return f(x)", None);
        check("type", None);
        check("", None);
    }

    #[test]
    fn definitions_are_sections_with_the_comments_above() {
        let code = "use a;\n\n/// Says it.\n#[must_use]\nfn say() {\n    x();\n}\n\nstruct S;\n";
        let mut draft = Draft::new(1000);
        super::read(code.as_bytes(), &mut draft);
        let found = draft.finish("text/x-rust").unwrap();
        let sections: Vec<_> = found
            .sections
            .iter()
            .map(|s| (s.heading.as_str(), found.text[s.start..].lines().next().unwrap()))
            .collect();
        assert_eq!(sections, [("fn say", "/// Says it."), ("struct S", "struct S;")]);
        assert_eq!(found.text, code.trim_end());
    }

    #[test]
    fn no_extension_means_two_languages() {
        let mut seen = HashSet::new();
        for (name, _, extensions) in LANGUAGES {
            assert!(extensions.iter().all(|ext| seen.insert(*ext)), "{name}");
        }
        assert!(LANGUAGES.len() >= 100);
    }
}
