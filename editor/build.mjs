// Builds the editor into a folder (`dist/` unless another is named): hashed assets, the page, the service worker, each beside its
// Brotli form. The same sources give the same bytes.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import { strip } from "./strip.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "dist");
rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "assets"), { recursive: true });

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 12);
const source = (name) => readFileSync(join(here, "src", name));
function asset(name, extension, bytes) {
  const path = `assets/${name}-${hash(bytes)}.${extension}`;
  writeFileSync(join(out, path), bytes);
  return path;
}

const wasm = strip(readFileSync(join(here, "node_modules/@automerge/automerge/dist/automerge.wasm")));
const wasmPath = asset("automerge", "wasm", wasm);

/** Everywhere but in the second file. */
const late = {
  name: "late",
  setup: (build) => build.onResolve({ filter: /^@automerge\/automerge-repo\/slim$/ }, () => ({ path: join(here, "src/local/late.ts") })),
};

/** In the second file. */
const throttle = {
  name: "throttle",
  setup: (build) => build.onResolve({ filter: /\/helpers\/throttle\.js$/ }, ({ importer }) => (importer.endsWith("DocSynchronizer.js") ? { path: join(here, "src/local/throttle.ts") } : undefined)),
};

async function bundle(entry, define = {}, plugins = []) {
  const result = await build({
    entryPoints: [join(here, "src", entry)],
    absWorkingDir: here,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    write: false,
    legalComments: "none",
    charset: "utf8",
    jsx: "automatic",
    jsxImportSource: "preact",
    plugins,
    alias: { "@noble/hashes/sha256": "./src/document/sha256.ts" },
    define: { "process.env.NODE_ENV": '"production"', ...Object.fromEntries(Object.entries(define).map(([k, v]) => [k, JSON.stringify(v)])) },
  });
  return result.outputFiles[0].contents;
}

const icon = asset("icon", "svg", source("icon.svg"));
const engine = asset("engine", "js", await bundle("engine.ts", {}, [throttle]));
const app = asset("app", "js", await bundle("app.tsx", { ENGINE: engine, ICON: icon }, [late]));
const style = asset("style", "css", (await build({ entryPoints: [join(here, "src/style.css")], absWorkingDir: here, minify: true, write: false, charset: "utf8" })).outputFiles[0].contents);
const boot = asset("boot", "js", await bundle("boot.ts", { APP: app, ENGINE: engine, WASM: wasmPath, WASM_BYTES: wasm.length }));

const page = source("index.html").toString().replaceAll("{style}", style).replaceAll("{boot}", boot).replaceAll("{app}", app);
writeFileSync(join(out, "index.html"), page);
const manifest = {
  name: "Niêm yết – báo cáo bầu cử",
  short_name: "Niêm yết",
  lang: "vi",
  start_url: "./",
  scope: "./",
  display: "standalone",
  background_color: "#ffffff",
  theme_color: "#8a1020",
  icons: [{ src: icon, sizes: "any", type: "image/svg+xml" }],
};
writeFileSync(join(out, "app.webmanifest"), JSON.stringify(manifest));
const files = ["./", "app.webmanifest", wasmPath, app, engine, style, icon, boot];
const version = hash(files.join() + page + JSON.stringify(manifest));
writeFileSync(join(out, "sw.js"), await bundle("sw.ts", { FILES: files, VERSION: version }));

let first = 0;
for (const name of [...readdirSync(out), ...readdirSync(join(out, "assets")).map((one) => `assets/${one}`)].sort()) {
  if (!/\.(js|css|html|wasm|svg|webmanifest)$/.test(name)) continue;
  const bytes = readFileSync(join(out, name));
  const options = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  const small = brotliCompressSync(bytes, { params: options });
  writeFileSync(join(out, `${name}.br`), small);
  first += small.length;
}
console.log(`first load: ${first} bytes (Brotli)`);
if (first >= 900_000) throw new Error("the first load is 900,000 bytes or more: a village's network takes too long");
