import {
  Archive,
  BookOpen,
  Braces,
  File,
  FileCode,
  FileSpreadsheet,
  FileText,
  FileType,
  Film,
  Folder,
  Globe,
  Image,
  Mail,
  Music,
  NotebookText,
  Presentation,
  type LucideIcon,
} from "lucide-react";

interface Look {
  icon: LucideIcon;
  family: string;
  label: string;
}

const LOOKS: Readonly<Record<string, Look>> = {
  folder: { icon: Folder, family: "office", label: "Folder" },
  text: { icon: FileText, family: "text", label: "Text" },
  markdown: { icon: NotebookText, family: "text", label: "Notes and Markdown" },
  code: { icon: FileCode, family: "code", label: "Code" },
  web: { icon: Globe, family: "code", label: "Web page" },
  pdf: { icon: FileType, family: "paper", label: "PDF" },
  document: { icon: FileText, family: "office", label: "Document" },
  spreadsheet: { icon: FileSpreadsheet, family: "table", label: "Spreadsheet" },
  presentation: { icon: Presentation, family: "slides", label: "Presentation" },
  ebook: { icon: BookOpen, family: "paper", label: "E-book" },
  email: { icon: Mail, family: "office", label: "E-mail" },
  data: { icon: Braces, family: "code", label: "Data" },
  image: { icon: Image, family: "media", label: "Image" },
  audio: { icon: Music, family: "media", label: "Audio" },
  video: { icon: Film, family: "media", label: "Video" },
  archive: { icon: Archive, family: "text", label: "Archive" },
  other: { icon: File, family: "text", label: "Other file" },
};

const OTHER: Look = { icon: File, family: "text", label: "Other file" };

/** Kinds in the order of the filter. */
export const KINDS: readonly string[] = Object.keys(LOOKS).filter((kind) => kind !== "other");

export function kindLabel(kind: string): string {
  return (LOOKS[kind] ?? OTHER).label;
}

export function KindIcon({ kind, size = 18 }: { kind: string; size?: number }) {
  const look = LOOKS[kind] ?? OTHER;
  const Icon = look.icon;
  return <Icon className={`kind-icon ${look.family}`} size={size} strokeWidth={1.75} role="img" aria-label={look.label} />;
}
