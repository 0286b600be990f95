// Builds `component.js` of the current folder into a component: node build.js WORLD WIT ROOT OUT
//
// It calls componentize-qjs, which puts QuickJS and the modules below ROOT into one component without
// WASI, and works around two of its limits (version 0.4.5):
//
// - It does not take a world whose types name other types of the world. So the types move into the
//   interface `types`, which makes no difference to a host: types are compared by their shape.
// - It has an `init` of its own, which comes along as an export beyond the world's. So ours is built
//   under the name `make`, and at the end the two exports swap their names.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";

const [world, wit, root, out] = process.argv.slice(2);

/** The world with its types moved into the interface `types`, and with `make` for `init`. */
function flattened(text) {
  const [start] = text.match(/^package [^;]+;/m);
  const blocks = [...text.matchAll(/^(?:interface|world) ([\w-]+) \{$[^]*?^\}$/gm)];
  const block = (name) => blocks.find(([whole, found]) => found === name)[0];
  const types = /^ {4}(?:record|enum|variant) ([\w-]+) \{[^]*?\}$/gm;
  const moved = [...block(world).matchAll(types)];
  const uses = [...block(world).matchAll(/^ {4}use (?!types\.).*;$/gm)].join("\n");
  const names = moved.map(([, name]) => name).join(", ");
  return [
    start,
    block("log"),
    block("details"),
    block("types").replace(/\}$/, `${[uses, ...moved.map(([whole]) => whole)].join("\n")}\n}`),
    block(world)
      .replace(types, "")
      .replace("use types.{", `use types.{${names}, `)
      .replace("export init:", "export make:"),
  ].join("\n");
}

/** Swaps the names of two exports, which are equally long, at the outside of a component. */
function swapExports(component, one, other) {
  const place = (name) => {
    // A plain name, its length, itself, and the sort of a function.
    const entry = Buffer.from([0, name.length, ...Buffer.from(name), 1]);
    const places = exportSections(component)
      .map(([start, end]) => [component.indexOf(entry, start), end])
      .filter(([at, end]) => at >= 0 && at < end);
    if (places.length !== 1) throw new Error(`the component has ${places.length} exports \`${name}\``);
    return places[0][0] + 2;
  };
  const [first, second] = [place(one), place(other)];
  component.write(other, first);
  component.write(one, second);
}

/** Where the sections of exports at the outside of a component start and end. */
function exportSections(component) {
  const EXPORTS = 11;
  const sections = [];
  for (let at = 8; at < component.length; ) {
    const id = component[at++];
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      more = component[at] >= 0x80;
      size |= (component[at++] & 0x7f) << shift;
    }
    if (id === EXPORTS) sections.push([at, at + size]);
    at += size;
  }
  return sections;
}

// The tool is found from the project's folder, wherever this file is.
const { componentize } = createRequire(join(process.cwd(), "package.json"))("componentize-qjs");
const folder = await mkdtemp(join(tmpdir(), "regatta-"));
try {
  const witPath = join(folder, "world.wit");
  await writeFile(witPath, flattened(await readFile(wit, "utf8")));
  const { component } = await componentize({
    witPath,
    world,
    jsSource: await readFile("component.js", "utf8"),
    jsPath: "component.js",
    moduleRoot: root,
    sync: true,
    stubWasi: true,
  });
  swapExports(component, "init", "make");
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, component);
  console.log(`${out}: ${component.length} bytes`);
} finally {
  await rm(folder, { recursive: true });
}
