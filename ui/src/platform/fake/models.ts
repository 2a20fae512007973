// Models that the fake core has, and what becomes of them.

import type { ModelDownloadView, ModelEntryView, ModelsView } from "../index";

function model(id: string, name: string, state: string, more: Partial<ModelEntryView> = {}): ModelEntryView {
  return { id, name, languages: "about 100 languages", dims: 384, bytes: null, state, builtIn: false, repository: `example/${id}`, downloadBytes: null, ...more };
}

export function fakeModels(): ModelsView {
  return {
    change: null,
    download: null,
    models: [
      model("all-minilm-l6-v2", "all-MiniLM-L6-v2 (eight bits)", "in-use", { languages: "English", builtIn: true, repository: null }),
      model("multilingual-e5-small", "Multilingual E5 small", "installed", { bytes: 487_000_000 }),
      model("paraphrase-multilingual", "Paraphrase Multilingual", "available", { languages: "about 50 languages", downloadBytes: 252_000_000 }),
      model("multilingual-e5-base", "Multilingual E5 base", "available", { dims: 768 }),
    ],
  };
}

/** The same with another state of one model. */
export function withState(view: ModelsView, id: string, state: string): ModelsView {
  return { ...view, models: view.models.map((one) => (one.id === id ? { ...one, state } : one)) };
}

export function taken(view: ModelsView, id: string): ModelsView {
  const coming = view.models.find((one) => one.id === id);
  return { ...withState(view, id, "coming"), change: { id, name: coming?.name ?? id, done: 310, total: 9_804, etaSeconds: 95 } };
}

export function givenUp(view: ModelsView): ModelsView {
  return view.change === null ? view : { ...withState(view, view.change.id, "installed"), change: null };
}

export function imported(view: ModelsView, id: string): ModelsView {
  return { ...view, models: [...view.models, model(id, id, "installed", { languages: null, bytes: 7_900_000, repository: null })] };
}

export function fetching(view: ModelsView, id: string): ModelsView {
  const wanted = view.models.find((one) => one.id === id);
  return { ...view, download: { id, name: wanted?.name ?? id, state: "running", done: 61_000_000, total: wanted?.downloadBytes ?? 1, error: null } };
}

export function fetchEnded(view: ModelsView, state: string, error: ModelDownloadView["error"] = null): ModelsView {
  return view.download === null ? view : { ...view, download: { ...view.download, state, error } };
}
