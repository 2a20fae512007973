// A small believable home folder. Some names are hostile on purpose.

export interface FakeDocument {
  id: string;
  path: string;
  title: string;
  kind: string;
  mime: string;
  daysAgo: number;
  size: number;
  state: string;
  reason: string | null;
  text: string;
  /** Words that this is about without saying them: the fake's idea of meaning. */
  about: string;
  copies: string[];
  archive: string | null;
  /** Who sent it. */
  from: string | null;
}

const HOME = "/home/ada";

interface Seed {
  path: string;
  title?: string;
  kind: string;
  mime?: string;
  days: number;
  size: number;
  text?: string;
  about?: string;
  state?: string;
  reason?: string;
  copies?: string[];
  archive?: string;
  from?: string;
}

const LEASE = `Lease agreement

1. Premises
The landlord lets to the tenant the flat on the second floor, Brunnenstrasse 14, three rooms, kitchen, bath and cellar.

2. Rent
The monthly rent is 1,140 euros and is due on the third working day of each month. A deposit of three months' rent secures the landlord's claims.

3. Notice
The tenant may end the lease with three months' notice to the end of a month. Notice is given in writing. The landlord's notice depends on the law.

4. Repairs
The tenant reports damage without delay. Small repairs up to 100 euros each are the tenant's, all others the landlord's.

5. House rules
Between ten in the evening and six in the morning the house is quiet. Bicycles stand in the cellar. The stairs stay clear.
`;

const NOTES = `# Offline search, notes

The index has three stages. **Names** are there in seconds, words follow, and meaning comes in the background.

## Why two engines

Words need prefixes while typing and phrases with positions. Meaning needs vectors and a nearest-neighbour search. Neither does the other's work well, so the results are fused by reciprocal rank.

## Open questions

- How long may a search take before it feels slow? Sixty milliseconds from key to paint is the budget.
- Should a search for a person look into mail first?
- What to do with scanned paper: recognise the text at night.

## Encryption

Everything on disk is sealed. The search index is encrypted block by block, and a block is decrypted only when a search reads it.
`;

const CODE = `//! Reciprocal rank fusion.

/// Fuses two ranked lists. \`k\` damps the top ranks.
pub fn fuse(words: &[ItemId], meaning: &[ItemId], k: f32) -> Vec<(ItemId, f32)> {
    let mut scores: HashMap<ItemId, f32> = HashMap::new();
    for list in [words, meaning] {
        for (rank, item) in list.iter().enumerate() {
            *scores.entry(*item).or_default() += 1.0 / (k + rank as f32 + 1.0);
        }
    }
    let mut fused: Vec<_> = scores.into_iter().collect();
    fused.sort_by(|a, b| b.1.total_cmp(&a.1));
    fused
}

/// Search both indexes and fuse what they find.
pub fn search(query: &Query, indexes: &Indexes) -> Vec<(ItemId, f32)> {
    fuse(&indexes.words.search(query), &indexes.meaning.search(query), 60.0)
}
`;

const SEEDS: readonly Seed[] = [
  { path: "Documents/Home/Lease Brunnenstrasse.pdf", title: "Lease agreement Brunnenstrasse 14", kind: "pdf", days: 420, size: 284_113, text: LEASE, about: "flat rental contract apartment housing quit moving out search", copies: [`${HOME}/Documents/Scans/lease-copy.pdf`] },
  { path: "Documents/Notes/offline-search.md", title: "Offline search, notes", kind: "markdown", days: 1, size: 4_212, text: NOTES, about: "find retrieval semantic local private" },
  { path: "Projects/atom/src/fusion.rs", kind: "code", days: 0.02, size: 1_904, text: CODE, about: "ranking merge hybrid retrieval" },
  { path: "Projects/atom/README.md", title: "Atom", kind: "markdown", days: 2, size: 6_800, text: "# Atom\n\nPrivate search on one's own machine: files by word and by meaning, offline, encrypted at rest.\n\nRun `cargo xtask run`, choose a folder, press Alt+Space and search.\n", about: "find retrieval privacy desktop" },
  { path: "Documents/Work/Quarterly report Q3.docx", title: "Quarterly report, third quarter", kind: "document", days: 34, size: 96_400, text: "Revenue grew by 12 per cent to 4.2 million euros. The search team shipped on time. Costs for hosting fell by a third after the move. Outlook: steady growth, two new hires, and an audit of the search index in November.", about: "finance results earnings business profit" },
  { path: "Documents/Work/Budget 2026.xlsx", kind: "spreadsheet", days: 12, size: 48_230, text: "Item\tPlan\tActual\nRent\t24,000\t23,800\nSalaries\t310,000\t305,400\nHosting\t18,000\t12,200\nTravel\t9,000\t4,150\nSearch licences\t0\t0\n", about: "money costs finance plan spending" },
  { path: "Documents/Work/Kick-off slides.pptx", title: "Kick-off: private search", kind: "presentation", days: 60, size: 2_104_332, text: "Private search\nOne hotkey finds anything.\nOffline. Encrypted. Yours.\n\nMilestones\nNames in seconds, words in minutes, meaning overnight.", about: "presentation talk project start roadmap" },
  { path: "Mail/Archive/Re dentist appointment.eml", title: "Re: dentist appointment on Thursday", kind: "email", days: 6, size: 8_412, text: "Dear Ms Lovelace,\n\nyour appointment is moved to Thursday, 10:30. Please bring your insurance card.\n\nKind regards\nDr. Brandt's practice", about: "doctor health teeth visit calendar", from: "Dr. Brandt" },
  { path: "Mail/Archive/Invoice 2211 from the garage.eml", title: "Invoice 2211: brake pads and inspection", kind: "email", days: 90, size: 18_023, text: "Dear customer,\n\nplease find attached the invoice 2211 for the inspection and new brake pads of your car. The amount of 412.60 euros is due within fourteen days.", about: "car repair bill payment vehicle workshop", from: "Garage Meyer" },
  { path: "Books/The Sea Cook.epub", title: "The Sea Cook", kind: "ebook", days: 800, size: 612_000, text: "The squire had asked me to write down the whole particulars about the island. I remember him as if it were yesterday, as he came plodding to the inn door, his sea-chest following behind him. The search for the map began that very night.", about: "pirates treasure adventure novel ship" },
  { path: "Projects/site/index.html", title: "A quiet corner of the web", kind: "web", days: 15, size: 12_040, text: "A quiet corner of the web. Essays about slow software, gardens and search. No trackers, no cookies.", about: "blog homepage essay" },
  { path: "Projects/site/package.json", kind: "data", days: 15, size: 1_120, text: '{\n  "name": "site",\n  "private": true,\n  "scripts": { "build": "node build.mjs", "search": "node search.mjs" }\n}\n', about: "javascript dependencies configuration" },
  { path: "Documents/Recipes/Sourdough bread.txt", kind: "text", days: 200, size: 2_300, text: "Sourdough bread\n\n500 g flour, 350 g water, 100 g starter, 10 g salt.\nMix, rest for an hour, fold four times, leave overnight in the cold. Bake at 250 degrees for 20 minutes with steam, then 25 minutes at 220.", about: "baking cooking loaf kitchen" },
  { path: "Documents/Recipes/Lentil soup.txt", kind: "text", days: 230, size: 1_410, text: "Lentil soup\n\n250 g red lentils, one onion, two carrots, cumin, lemon. Fry the onion, add the rest, simmer for 25 minutes.", about: "cooking dinner vegetarian meal kitchen" },
  { path: "Pictures/2025/Sunset at the lake.jpg", kind: "image", days: 130, size: 4_812_003, state: "name-only", reason: "Pictures have no text to read. The name is searchable." },
  { path: "Music/Field recordings/rain.flac", kind: "audio", days: 300, size: 31_882_100, state: "name-only", reason: "Sound has no text to read. The name is searchable." },
  { path: "Documents/Scans/contract-signed.pdf", kind: "pdf", days: 45, size: 1_830_400, state: "empty", reason: "The pages are pictures: there is no text in this PDF." },
  { path: "Documents/Private/tax-2024.pdf", kind: "pdf", days: 300, size: 540_000, state: "encrypted", reason: "The PDF asks for a password. Remove the password to have its text searched." },
  { path: "Downloads/database-dump.sql", kind: "code", days: 9, size: 3_412_000_000, state: "too-large", reason: "The file is larger than 256 MB." },
  { path: "Downloads/broken.docx", kind: "document", days: 11, size: 20_480, state: "crashed", reason: "The reader stopped while reading this file. The file is probably damaged." },
  { path: "Downloads/slow.xlsx", kind: "spreadsheet", days: 11, size: 88_000_000, state: "timed-out", reason: "Reading took longer than 60 seconds." },
  { path: "Downloads/<img src=x onerror=alert(1)>.html", kind: "web", days: 3, size: 410, text: "A page whose name tries to be code: <script>alert('search')</script>", about: "hostile injection test" },
  { path: "Downloads/invoice\u202Efdp.exe.txt", kind: "text", days: 4, size: 90, text: "This name turns around in the middle to look like a PDF. A search shows what it is.", about: "hostile disguise" },
  { path: "Downloads/two\nlines.txt", kind: "text", days: 5, size: 70, text: "A name of two lines. The search list keeps it on one.", about: "hostile newline" },
  { path: "Archive/backup-2023.tar.gz", kind: "archive", days: 700, size: 912_000_000, state: "name-only", reason: "Archives are found by name." },
  { path: "Videos/Talk on private search.mp4", kind: "video", days: 66, size: 412_000_000, state: "name-only", reason: "Films have no text to read. The name is searchable." },
];

const TOPICS = ["minutes", "draft", "plan", "review", "summary", "checklist", "agenda", "letter", "log", "idea"];
const SUBJECTS = ["garden", "migration", "release", "insurance", "holiday", "interview", "server", "workshop", "search", "school"];
const KINDS = [
  ["md", "markdown", "text/markdown"],
  ["txt", "text", "text/plain"],
  ["pdf", "pdf", "application/pdf"],
  ["rs", "code", "text/x-rust"],
] as const;

function more(): Seed[] {
  const seeds: Seed[] = [];
  for (const [at, topic] of TOPICS.entries()) {
    for (const [index, subject] of SUBJECTS.entries()) {
      const [extension, kind, mime] = KINDS[(at + index) % KINDS.length] ?? KINDS[0];
      seeds.push({
        path: `Documents/${subject[0]?.toUpperCase() ?? ""}${subject.slice(1)}/${subject} ${topic}.${extension}`,
        kind,
        mime,
        days: 3 + at * 17 + index * 5,
        size: 900 + at * 4_310 + index * 977,
        text: `The ${topic} of the ${subject}.\n\nIt says what was decided about the ${subject}, who does it and until when. The next meeting looks at the ${topic} again.`,
        about: `${subject} ${topic} office`,
      });
    }
  }
  return seeds;
}

const GUIDE = `---
author: Ada
---

# Tending the allotment

A short guide, with **strong words**, *quiet ones*, ~~old ones~~ and \`measures\`. Read the [calendar](https://example.org/calendar) first, or <https://example.org>.

## What to do when

- [x] Dig the beds
- [ ] Sow the beans
  1. in rows
  2. not too deep

> Plant in haste, weed at leisure.
>
> > An old saying

| Bed | Crop   | Rows |
|-----|--------|-----:|
| 1   | Beans  |   12 |
| 2   | Squash |    4 |

\`\`\`rust
/// How many beans to sow.
fn beans(rows: u32) -> u32 {
    rows * 40 // two each
}
\`\`\`

![A plan of the beds](plan.png)

<script>alert("allotment")</script> and <b onclick="x()">bold</b>, and a [trap](javascript:alert(1)).

---

Harvest & rest.
`;

const LETTER = `Subject: Re: The allotment on Saturday
From: Ben Okafor <ben@example.org>
To: Ada Lovelace <ada@example.org>
Date: 2025-03-04T10:30:00Z

Agreed, Saturday it is. I bring the beans and a second spade.

On Monday, Ada wrote:
> Shall we meet at the plot on Saturday?
> The beds want digging, and the fence wants mending.
> Ada

Ben
`;

const FIRST_LETTER = `Subject: The allotment on Saturday
From: Ada Lovelace <ada@example.org>
To: Ben Okafor <ben@example.org>
Date: 2025-03-03T18:05:00Z

Shall we meet at the plot on Saturday?
The beds want digging, and the fence wants mending.
Ada
`;

const SCRIPT = `"""Counts the beans of an allotment."""
from dataclasses import dataclass

BEANS_PER_ROW = 40


@dataclass
class Bed:
    number: int
    rows: int = 12

    def beans(self) -> int:
        # Two in each hole.
        return self.rows * BEANS_PER_ROW


if __name__ == "__main__":
    print(sum(bed.beans() for bed in (Bed(1), Bed(2, rows=4))))
`;

const CROPS = ["Beans", "Squash, yellow", "Chard", "Leeks"];

function bedsTable(): string {
  const rows = Array.from({ length: 40 }, (_, row) => `${row + 1},"${CROPS[row % 4] ?? ""}",${(row * 7) % 13},${(row * 1.35).toFixed(2)}\n`);
  return `Bed,Crop,Rows,Cost\n${rows.join("")}`;
}

function diary(): string {
  const flood = "The allotment flooded, and the ditch was dug anew.";
  const days = Array.from({ length: 6_000 }, (_, day) => `Day ${day + 1}. ${day % 400 === 399 ? flood : "Rain in the morning, weeding in the afternoon, nothing to say."}\n`);
  return days.join("");
}

/** What the preview has a view of its own for. */
const SHOWN: readonly Seed[] = [
  { path: "Documents/Garden/Allotment guide.md", title: "Tending the allotment", kind: "markdown", days: 820, size: 2_100, text: GUIDE },
  { path: "Documents/Garden/beans.py", kind: "code", days: 821, size: 700, text: SCRIPT },
  { path: "Documents/Garden/beds.csv", kind: "spreadsheet", days: 822, size: 900, text: bedsTable() },
  { path: "Mail/Archive/Re The allotment on Saturday.eml", title: "Re: The allotment on Saturday", kind: "email", days: 860, size: 3_100, text: LETTER },
  { path: "Mail/Archive/The allotment on Saturday.eml", title: "The allotment on Saturday", kind: "email", days: 861, size: 2_400, text: FIRST_LETTER },
  { path: "Documents/Garden/Allotment diary.txt", kind: "text", days: 823, size: 420_000, text: diary() },
];

export const CORPUS: readonly FakeDocument[] = [...SEEDS, ...more(), ...SHOWN].map((seed, index) => ({
  id: String(index + 1),
  path: `${HOME}/${seed.path}`,
  title: seed.title ?? seed.path.slice(seed.path.lastIndexOf("/") + 1),
  kind: seed.kind,
  mime: seed.mime ?? "application/octet-stream",
  daysAgo: seed.days,
  size: seed.size,
  state: seed.state ?? "indexed",
  reason: seed.reason ?? null,
  text: seed.text ?? "",
  about: seed.about ?? "",
  copies: seed.copies ?? [],
  archive: seed.archive ?? null,
  from: seed.from ?? null,
}));
