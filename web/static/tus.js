// Sends one file in pieces and goes on where it stopped (tus 1.0.0): after a broken link by itself, after a reload when
// the same file is chosen again. What is remembered of a file is a number made of its name, size and time, not the name.
(() => {
  "use strict";
  const SMALLEST = 64 * 1024, FIRST = 512 * 1024, LARGEST = 16 * 1024 * 1024, QUICK = 3000, SLOW = 12000;
  const WAITS = [1, 2, 4, 8, 15, 30], PREFIX = "sonorelay-upload:";
  const PIECE = "application/offset+octet-stream";

  class Stopped extends Error { // what trying again does not mend; `said` is the server's sentence
    constructor(status, said) { super(said); this.status = status; this.said = said; }
  }

  function hashed(text, seed) { // cyrb53 (public domain): where a page is not served by HTTPS there is no crypto.subtle
    let a = 0xdeadbeef ^ seed, b = 0x41c6ce57 ^ seed;
    for (let n = 0; n < text.length; n += 1) {
      const code = text.charCodeAt(n);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
  }
  function placeOf(person, file) {
    const told = [person, file.webkitRelativePath || file.name, file.size, file.lastModified].join("\n");
    return PREFIX + hashed(told, 1) + hashed(told, 2);
  }
  const recall = (place) => { try { return localStorage.getItem(place); } catch { return null; } };
  const remember = (place, address) => { try { localStorage.setItem(place, address); } catch { /* lost at a reload */ } };
  const forget = (place) => { try { localStorage.removeItem(place); } catch { /* never kept */ } };

  function ask(method, address, headers, body, { signal, moved } = {}) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      const stop = () => request.abort();
      request.open(method, address);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      request.setRequestHeader("Tus-Resumable", "1.0.0");
      request.setRequestHeader("X-Requested-With", "fetch");
      if (moved) request.upload.onprogress = (event) => moved(event.loaded);
      request.onload = () => done(request);
      request.onerror = request.onabort = request.ontimeout = () => failed(new Error("link"));
      request.onloadend = () => signal?.removeEventListener("abort", stop);
      signal?.addEventListener("abort", stop);
      request.send(body);
    });
  }
  function sentenceOf(answer) {
    try { return JSON.parse(answer.responseText).text; } catch { return ""; }
  }
  function rest(seconds, signal) { // ends at once when the link is back, or the person stops it
    return new Promise((done) => {
      const end = () => { clearTimeout(timer); removeEventListener("online", end); signal.removeEventListener("abort", end); done(); };
      const timer = setTimeout(end, seconds * 1000);
      addEventListener("online", end);
      signal.addEventListener("abort", end);
    });
  }

  // options: uploads (address), person, token (CSRF), metadata, signal; moved(bytes), waits(seconds). Resolves to the
  // address at which the answer is read; null when it was stopped by the signal. Throws Stopped.
  async function send(file, options) {
    const { signal } = options, token = { "X-CSRFToken": options.token }, place = placeOf(options.person, file);
    let address = recall(place), offset = null, size = FIRST, failures = 0;
    while (!signal.aborted) {
      let answer = null, pause = null;
      try {
        if (!address) {
          answer = await ask("POST", options.uploads, { ...token, "Upload-Length": file.size, "Upload-Metadata": options.metadata }, null, { signal });
          if (answer.status === 201) {
            address = answer.getResponseHeader("Location");
            remember(place, address);
            offset = 0;
          }
        } else if (offset === null) {
          answer = await ask("HEAD", address, token, null, { signal });
          if (answer.status === 200) offset = Number(answer.getResponseHeader("Upload-Offset"));
          else if (answer.status === 404) {
            if (!options.metadata) throw new Stopped(404, "");
            forget(place);
            address = null;
            continue;
          }
        } else {
          const from = offset, began = Date.now(), headers = { ...token, "Upload-Offset": from, "Content-Type": PIECE };
          answer = await ask("PATCH", address, headers, file.slice(from, from + size), { signal, moved: (more) => options.moved(from + more) });
          if (answer.status === 204) {
            offset = Number(answer.getResponseHeader("Upload-Offset"));
            const took = Date.now() - began;
            if (took < QUICK) size = Math.min(LARGEST, size * 2);
            else if (took > SLOW) size = Math.max(SMALLEST, size / 2);
          } else offset = null;
        }
      } catch (error) {
        if (error instanceof Stopped) throw error;
      }
      if (answer && answer.status < 300) {
        failures = 0;
        options.moved(offset);
        if (offset < file.size) continue;
        forget(place);
        return address;
      }
      if (answer && answer.status < 500 && ![409, 423, 429, 460].includes(answer.status) && !(address && answer.status === 404)) {
        throw new Stopped(answer.status, sentenceOf(answer));
      }
      offset = null;
      size = Math.max(SMALLEST, size / 2);
      pause = Number(answer?.getResponseHeader("Retry-After")) || WAITS[Math.min(failures, WAITS.length - 1)];
      failures += 1;
      if (signal.aborted) break;
      options.waits(answer ? sentenceOf(answer) : "");
      await rest(pause, signal);
    }
    return null;
  }

  const known = (person, file) => recall(placeOf(person, file)) !== null;
  window.sonorelay = { ...window.sonorelay, tus: { send, known, ask, Stopped } };
})();
