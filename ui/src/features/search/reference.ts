// All that a query can say, each with an example to try.

export interface Entry {
  example: string;
  meaning: string;
  /** Other ways to write it. */
  also?: string;
}

export const REFERENCE: readonly { title: string; entries: readonly Entry[] }[] = [
  {
    title: "Words",
    entries: [
      { example: "lease agreement", meaning: "Both words, and what is about the same thing" },
      { example: '"notice of three months"', meaning: "These words, one after the other" },
      { example: "lease -draft", meaning: "Without a word; - stands before any operator too" },
      { example: "lease OR rent", meaning: "One or the other", also: "lease | rent" },
      { example: "(lease OR rent) deposit", meaning: "Brackets say what belongs together" },
      { example: "invoi*", meaning: "A word that begins so; ? is one letter", also: "organi?ation" },
      { example: "=Rose", meaning: "Exactly this word, in no other form" },
      { example: "~moving out", meaning: "By its meaning only" },
      { example: "lease near:5 deposit", meaning: "Not more than five words apart; behind a phrase too", also: '"lease deposit" near:5' },
      { example: "regex:/INV-\\d{4}/", meaning: "A pattern, for those who write them" },
    ],
  },
  {
    title: "What it is",
    entries: [
      { example: "type:pdf", meaning: "A kind of file, an ending or a media type", also: "kind: ext: mime:" },
      { example: "type:pdf,docx", meaning: "A comma means or" },
      { example: "is:folder", meaning: "Folders", also: "is:file" },
      { example: "is:archived", meaning: "What lies in an archive" },
      { example: "is:unread", meaning: "Mail in a state; starred and answered too", also: "is:read is:starred is:answered" },
      { example: "is:open", meaning: "Tasks in notes that are still to do", also: "is:done" },
      { example: "is:encrypted", meaning: "What needs a password" },
      { example: "is:failed", meaning: "What could not be read" },
      { example: "has:attachment", meaning: "What has something to it", also: "has:link has:image has:text has:title has:author has:label" },
      { example: "lang:german", meaning: "The language of the text", also: "language:" },
      { example: "label:important", meaning: "What carries a label or a tag", also: "tag: keyword:" },
    ],
  },
  {
    title: "Where and who",
    entries: [
      { example: "name:lease", meaning: "In the name or the title", also: "title: subject: filename:" },
      { example: "path:Documents", meaning: "In a folder, or below it", also: "dir: folder:" },
      { example: "in:documents", meaning: "From one of your sources", also: "source:" },
      { example: "from:brandt", meaning: "The author or the sender", also: "author:" },
      { example: "to:ada", meaning: "The recipient" },
    ],
  },
  {
    title: "When",
    entries: [
      { example: "after:2026-01-31", meaning: "Changed since then", also: "newer:" },
      { example: "before:2026-01-31", meaning: "Changed before that day", also: "older:" },
      { example: "on:2026-01-31", meaning: "Changed on that day" },
      { example: "date:2025-06..2025-08", meaning: "Changed between two days, months or years" },
      { example: "newer_than:7d", meaning: "In the last hours (h), days (d), weeks (w), months (m) or years (y)" },
      { example: "older_than:1y", meaning: "Longer ago than that" },
      { example: "date:lastmonth", meaning: "Words for a time", also: "today yesterday thisweek lastweek thismonth thisyear lastyear" },
      { example: "date:monday", meaning: "The last one; a month by its name too", also: "date:march" },
    ],
  },
  {
    title: "How big",
    entries: [
      { example: "size:>1mb", meaning: "Larger than that; kb, mb and gb", also: "larger:1mb" },
      { example: "size:<100kb", meaning: "Smaller than that", also: "smaller:100kb" },
      { example: "size:1mb..5mb", meaning: "Between two sizes" },
      { example: "size:empty", meaning: "Nothing in it" },
    ],
  },
];

/** What has the words, in its example, its meaning or its other names. */
export function entriesLike(text: string): typeof REFERENCE {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const fits = ({ example, meaning, also = "" }: Entry, title: string) => {
    const all = `${title} ${example} ${meaning} ${also}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
  return REFERENCE.map(({ title, entries }) => ({ title, entries: entries.filter((entry) => fits(entry, title)) })).filter((group) => group.entries.length > 0);
}
