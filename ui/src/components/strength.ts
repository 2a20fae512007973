// A hint, not a gate: the core has the last word. It counts what a guesser would have to try, roughly.

export interface Strength {
  level: 0 | 1 | 2 | 3;
  label: string;
  advice: string;
}

const COMMON = ["password", "passwort", "passphrase", "letmein", "welcome", "qwerty", "qwertz", "admin", "dragon", "monkey", "iloveyou", "secret", "atom"];
const RUNS = "abcdefghijklmnopqrstuvwxyz 01234567890 qwertyuiop asdfghjkl zxcvbnm qwertzuiop yxcvbnm";

const LETTERS: Readonly<Record<string, string>> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i" };

/** `p4ssw0rd` is guessed as fast as the word itself. Keeps the length. */
function withoutDigits(text: string): string {
  return text.replace(/[013457@$!]/g, (sign) => LETTERS[sign] ?? sign);
}

function guessBits(passphrase: string): number {
  let text = passphrase.toLowerCase();
  let bits = 0;
  for (const word of COMMON) {
    const at = withoutDigits(text).indexOf(word);
    if (at >= 0) {
      text = `${text.slice(0, at)} ${text.slice(at + word.length)}`;
      bits += 6;
    }
  }
  for (let length = 6; length >= 3; length -= 1) {
    for (let at = 0; at + length <= text.length; at += 1) {
      const part = text.slice(at, at + length);
      if (!part.includes(" ") && RUNS.includes(part)) {
        text = text.slice(0, at) + " " + text.slice(at + length);
        bits += 5;
      }
    }
  }
  text = text.replace(/(.)\1{2,}/gu, "$1");
  const words = text.split(/[\s._-]+/).filter((word) => /^\p{L}{3,}$/u.test(word));
  const distinct = new Set(words);
  bits += distinct.size * 11;
  const rest = words.reduce((left, word) => left.replace(word, ""), text).replace(/\s/g, "");
  const alphabet = (/\p{L}/u.test(rest) ? 26 : 0) + (/\d/.test(rest) ? 10 : 0) + (/[^\p{L}\d]/u.test(rest) ? 20 : 0);
  bits += new Set(rest).size * Math.log2(Math.max(2, alphabet));
  return /\p{Lu}/u.test(passphrase.slice(1)) ? bits + 4 : bits;
}

export function strengthOf(passphrase: string): Strength {
  const bits = guessBits(passphrase);
  if (passphrase.length < 8 || bits < 30) return { level: 0, label: "Too easy to guess", advice: "Four or five unrelated words are easy to remember and hard to guess." };
  if (bits < 44) return { level: 1, label: "Weak", advice: "Add another unrelated word." };
  if (bits < 60) return { level: 2, label: "Good", advice: "One more word makes it strong." };
  return { level: 3, label: "Strong", advice: "Nobody will guess this one." };
}
