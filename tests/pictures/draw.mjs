// node draw.mjs MESSAGE.json: the blocks of a Slack message or view as an HTML page on standard output
import { readFileSync } from "node:fs";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { Message } from "slack-blocks-to-jsx";

const message = JSON.parse(readFileSync(process.argv[2], "utf8"));
const style = readFileSync("node_modules/slack-blocks-to-jsx/dist/style.css", "utf8");
const hooks = { user: (user) => "@" + (user.id ?? user), usergroup: (group) => "@" + (group.id ?? group) };
const body = renderToStaticMarkup(
  createElement(Message, { blocks: message.blocks, time: new Date(0), name: "Postbote", logo: "", data: {}, hooks }),
);
process.stdout.write(`<!doctype html><meta charset="utf-8"><style>${style}
body { font-family: Lato, Arial, sans-serif; padding: 12px; background: #fff }</style>${body}`);
