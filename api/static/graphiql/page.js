// The query page: GraphiQL with its explorer. The query stands in the address, so that it can be
// shared; variables and headers do not, and are not kept either: they may hold secrets.
(function () {
  // The library's dialogs add style elements; the page's policy lets in those that bear its nonce.
  const nonce = document.currentScript.nonce;
  const create = document.createElement.bind(document);
  document.createElement = function (name, options) {
    const made = create(name, options);
    if (name === "style") made.nonce = nonce;
    return made;
  };

  const address = new URL(window.location.href);
  const example = document.getElementById("graphiql").dataset.example;

  function socketAddress() {
    const found = new URL(address.pathname, address);
    found.protocol = address.protocol === "http:" ? "ws:" : "wss:";
    return found.toString();
  }

  const fetcher = GraphiQL.createFetcher({
    url: address.origin + address.pathname,
    subscriptionUrl: socketAddress(),
  });
  const explorer = GraphiQLPluginExplorer.explorerPlugin();

  function Page() {
    const [query, setQuery] = React.useState(address.searchParams.get("q") || example);

    function onEditQuery(text) {
      setQuery(text);
      address.searchParams.set("q", text);
      history.replaceState(null, "", address);
    }

    return React.createElement(GraphiQL, {
      fetcher: fetcher,
      plugins: [explorer],
      query: query,
      onEditQuery: onEditQuery,
      defaultEditorToolsVisibility: true,
      inputValueDeprecation: true,
      isHeadersEditorEnabled: true,
      shouldPersistHeaders: false,
    });
  }

  ReactDOM.createRoot(document.getElementById("graphiql")).render(React.createElement(Page));
})();
