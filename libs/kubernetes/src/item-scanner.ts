import { StringDecoder } from 'node:string_decoder';

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const COMMA = 44;
/** Depth inside of `items`: in the list, in the object that holds it. */
const IN_ITEMS = 2;

/**
 * Reads a Kubernetes list as it arrives and gives its items one by one, so that a list of ten thousand objects never
 * stands in memory as a whole: neither its bytes, nor its text, nor its objects.
 *
 *     {"kind":"ServiceEntryList","metadata":{…},"items":[ {…} , {…} ]}
 *     └──────────── the frame ─────────────────────────┘ └ items ┘ └┘
 *
 * It only finds where an item begins and ends; whether it is JSON is for `JSON.parse` to say, which throws.
 */
export class ItemScanner {
  readonly #take: (item: unknown) => void;
  readonly #decoder = new StringDecoder('utf8');
  #frame = '';
  #item = '';
  #depth = 0;
  #isInItems = false;
  #isInText = false;
  #isEscaped = false;

  constructor(take: (item: unknown) => void) {
    this.#take = take;
  }

  /** The next bytes of the list. Throws a SyntaxError where an item is no JSON. */
  feed(bytes: Buffer): void {
    this.#scan(this.#decoder.write(bytes));
  }

  /** What stands around the objects in `items`, when everything was fed: the list without them. */
  frame(): string {
    this.#scan(this.#decoder.end());
    // An item that never ended makes the frame what it is: no JSON.
    return this.#frame + this.#item;
  }

  #scan(text: string): void {
    let start = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (this.#isInText) {
        this.#passText(code);
      } else if (code === QUOTE) {
        this.#isInText = true;
      } else if (code === OPEN_OBJECT || code === OPEN_LIST) {
        if (this.#isBetweenItems && code === OPEN_OBJECT) start = this.#keep(text, start, at);
        if (code === OPEN_LIST && this.#depth === 1) this.#isInItems = this.#opensItems(text.slice(start, at));
        this.#depth += 1;
      } else if (code === CLOSE_OBJECT || code === CLOSE_LIST) {
        this.#depth -= 1;
        if (this.#isBetweenItems && code === CLOSE_OBJECT) start = this.#give(text, start, at + 1);
        if (this.#depth < IN_ITEMS) this.#isInItems = false;
      } else if (code === COMMA && this.#isBetweenItems) {
        start = this.#keep(text, start, at) + 1;
      }
    }
    const rest = text.slice(start);
    if (this.#isInItems && this.#depth > IN_ITEMS) this.#item += rest;
    else this.#frame += rest;
  }

  get #isBetweenItems(): boolean {
    return this.#isInItems && this.#depth === IN_ITEMS;
  }

  #passText(code: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (code === BACKSLASH) this.#isEscaped = true;
    else if (code === QUOTE) this.#isInText = false;
  }

  #opensItems(before: string): boolean {
    return /"items"\s*:\s*$/.test(this.#frame.slice(-64) + before.slice(-64));
  }

  /** What was passed belongs to the frame. */
  #keep(text: string, start: number, end: number): number {
    this.#frame += text.slice(start, end);
    return end;
  }

  #give(text: string, start: number, end: number): number {
    const item = this.#item + text.slice(start, end);
    this.#item = '';
    this.#take(JSON.parse(item));
    return end;
  }
}
