// The travel agent's hand: one call of a tool, by an unchanged MCP client. The
// chain goes along in the headers of HTTP.
//
//     travel_agent.mjs URL TXN_TOKEN GRANT_JTI TOOL JSON
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [url, token, grant, tool, args] = process.argv.slice(2);
const headers = { 'Txn-Token': token };
if (grant) headers['Ztauth-Delegation'] = grant;
const client = new Client({ name: 'travel-agent', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
const answer = await client.callTool({ name: tool, arguments: JSON.parse(args) });
console.log(JSON.stringify({ refused: answer.isError === true, text: answer.content[0].text }));
await client.close();
