// For the gate: the committed `dist/` is what these sources give. Compares the files themselves, and that what lies beside each in
// Brotli is that file: another version of Node may compress the same bytes in another way.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const fresh = mkdtempSync(join(tmpdir(), "niemyet-editor-"));
const list = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath ?? one.path, one.name).slice(folder.length + 1))
    .sort();
const wrong = [];
try {
  const built = spawnSync(process.execPath, [join(here, "build.mjs"), fresh], { stdio: "inherit" });
  if (built.status !== 0) process.exit(1);
  const names = new Set([...list(dist), ...list(fresh)]);
  for (const name of names) {
    const read = (folder) => {
      try {
        return readFileSync(join(folder, name));
      } catch {
        return undefined;
      }
    };
    const [committed, made] = [read(dist), read(fresh)];
    if (!committed || !made) wrong.push(`${name} is only ${committed ? "in dist" : "in the new build"}`);
    else if (name.endsWith(".br")) {
      if (!brotliDecompressSync(committed).equals(readFileSync(join(dist, name.slice(0, -3))))) wrong.push(`${name} is another file`);
    } else if (!committed.equals(made)) wrong.push(`${name} differs`);
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
if (wrong.length > 0) {
  console.error(`${wrong.join("\n")}\nrun: npm run build --prefix editor, and commit editor/dist`);
  process.exit(1);
}
console.log("editor/dist is what the sources give");
