// The few calls of the WebDriver protocol that these tests need, over plain HTTP.

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** What a person reads on the keys, as WebDriver names them. */
export const Key = { enter: "\uE007", end: "\uE010", backspace: "\uE003" };

async function call(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: { "content-type": "application/json" },
    body: method === "POST" ? JSON.stringify(body ?? {}) : undefined,
  });
  const { value } = await response.json();
  if (!response.ok) {
    const error = new Error(`${method} ${new URL(url).pathname}: ${value?.error}: ${value?.message}`);
    error.code = value?.error;
    throw error;
  }
  return value;
}

/** Polls until `probe` returns something truthy; an error counts as "not yet". */
export async function until(what, probe, timeout = 20_000) {
  const end = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`waited ${timeout} ms for ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

export class Element {
  constructor(session, id) {
    this.session = session;
    this.id = id;
  }
  async click() {
    await this.session.post(`/element/${this.id}/click`);
  }
  async type(text) {
    await this.session.post(`/element/${this.id}/value`, { text });
  }
  /** Types over what is there, as a person does. */
  async replace(text) {
    const { length } = await this.session.get(`/element/${this.id}/property/value`);
    await this.type(Key.end + Key.backspace.repeat(length) + text);
  }
  async text() {
    return this.session.get(`/element/${this.id}/text`);
  }
  async attribute(name) {
    return this.session.get(`/element/${this.id}/attribute/${name}`);
  }
  async shown() {
    return this.session.get(`/element/${this.id}/displayed`);
  }
}

/** One running app under the driver. */
export class Session {
  constructor(base, id) {
    this.url = `${base}/session/${id}`;
  }

  static async open(base, application, args) {
    const value = await call("POST", `${base}/session`, {
      capabilities: { alwaysMatch: { "tauri:options": { application, args } } },
    });
    return new Session(base, value.sessionId);
  }

  get(path) {
    return call("GET", this.url + path);
  }
  post(path, body) {
    return call("POST", this.url + path, body);
  }
  close() {
    return call("DELETE", this.url);
  }

  handles() {
    return this.get("/window/handles");
  }
  async switchTo(handle) {
    await this.post("/window", { handle });
  }
  /** Turns to the main window, or to quick search. */
  async turnTo(window) {
    const isQuick = window === "quick";
    await until(`the ${window} window`, async () => {
      for (const handle of await this.handles()) {
        await this.switchTo(handle);
        const url = await this.get("/url");
        if (url.startsWith("tauri://localhost") && url.includes("/quick.html") === isQuick) return true;
      }
      return false;
    });
  }

  async all(using, value) {
    const found = await this.post("/elements", { using, value });
    return found.map((element) => new Element(this, element[ELEMENT]));
  }
  css(selector) {
    return this.all("css selector", selector);
  }
  xpath(expression) {
    return this.all("xpath", expression);
  }
  /** The first element that is there and shown, waited for. */
  find(selector, timeout) {
    return until(selector, async () => {
      const using = selector.startsWith("/") || selector.startsWith("(") ? "xpath" : "css selector";
      for (const element of await this.all(using, selector)) if (await element.shown()) return element;
      return null;
    }, timeout);
  }
  /** Clicks what `find` finds, again if it was replaced meanwhile. */
  async click(selector, timeout) {
    await until(`a click on ${selector}`, async () => {
      await (await this.find(selector, timeout)).click();
      return true;
    }, timeout);
  }
  run(script, ...args) {
    return this.post("/execute/sync", { script, args });
  }
  runAsync(script, ...args) {
    return this.post("/execute/async", { script, args });
  }
  text() {
    return this.run("return document.body.innerText");
  }
}
