// Shows the paths of openapi.yaml. It reads the plain form in which that file is written, not any YAML: two blanks a
// level, one operation a method, `summary:` on one line.
const main = document.getElementById("paths");
show();
async function show() {
  const lines = (await (await fetch("/openapi.yaml")).text()).split("\n");
  main.textContent = "";
  let inPaths = false, list = null, dd = null;
  for (const line of lines) {
    if (/^\S/.test(line)) inPaths = line.startsWith("paths:");
    if (!inPaths) continue;
    const path = /^ {2}(\/\S*):/.exec(line), method = /^ {4}(get|put|post|patch|delete):/.exec(line);
    const summary = /^ {6}summary: (.*)$/.exec(line) ?? /summary: ([^}]*?)(, \w+:|\s*})/.exec(line);
    if (path) {
      main.append(Object.assign(document.createElement("h2"), { textContent: path[1] }));
      main.append(list = document.createElement("dl"));
    }
    if (method && list) {
      list.append(Object.assign(document.createElement("dt"), { textContent: method[1].toUpperCase() }));
      list.append(dd = document.createElement("dd"));
    }
    if (summary && dd) dd.textContent = summary[1].replace(/^"|"$/g, "");
  }
}
