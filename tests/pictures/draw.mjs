// node draw.mjs MESSAGE.json: the blocks of a Slack message or view as an HTML page on standard output
import { readFileSync } from "node:fs";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Message } from "slack-blocks-to-jsx";

const LOGO = "data:image/svg+xml," + encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="8" fill="#1d3557"/></svg>',
);
const message = JSON.parse(readFileSync(process.argv[2], "utf8"));
const style = readFileSync("node_modules/slack-blocks-to-jsx/dist/style.css", "utf8");
const hooks = { user: (user) => "@" + (user.id ?? user), usergroup: (group) => "@" + (group.id ?? group) };
const body = renderToStaticMarkup(
  createElement(Message, { blocks: message.blocks, time: new Date(0), name: "Postbote", logo: LOGO, data: {}, hooks }),
);
process.stdout.write(`<!doctype html><meta charset="utf-8"><style>${style}
body { font-family: Lato, Arial, sans-serif; padding: 12px; background: #fff }</style>${body}`);
