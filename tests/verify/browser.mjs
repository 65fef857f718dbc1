// Runs the engine of verify.html in Node: node browser.mjs verify.html < [{path, name, pin, now}, ...]
import fs from "node:fs";

const source = /<script id="engine">([\s\S]*?)<\/script>/.exec(fs.readFileSync(process.argv[2], "utf8"))[1];
const Engine = new Function(`${source}; return Engine;`)();
const out = [];
for (const {path, name, pin, now} of JSON.parse(fs.readFileSync(0, "utf8"))) {
  const {ok, failed, steps} = await Engine.run(await fs.openAsBlob(path), name, pin, () => {}, now);
  out.push({ok, failed, found: steps.filter(step => step.state === "fails").map(step => step.found).join("; ")});
}
process.stdout.write(JSON.stringify(out));
