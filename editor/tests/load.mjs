// Lets node run the sources as they are: TypeScript by esbuild, and the wasm that the browser fetches from its package.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { initializeWasm } from "@automerge/automerge-repo/slim";

await initializeWasm(readFileSync(createRequire(import.meta.url).resolve("@automerge/automerge/automerge.wasm")));

/** A module of the sources, built for node; packages stay outside, so that there is one Automerge. */
export async function load(name, folder = "document") {
  const entry = fileURLToPath(new URL(`../src/${folder}/${name}.ts`, import.meta.url));
  const result = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false, packages: "external" });
  const path = new URL(`./.built-${process.pid}-${name}.mjs`, import.meta.url);
  const { writeFileSync, rmSync } = await import("node:fs");
  writeFileSync(path, result.outputFiles[0].contents);
  try {
    return await import(path.href);
  } finally {
    rmSync(path);
  }
}
