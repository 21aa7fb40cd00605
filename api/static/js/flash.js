// What was done is said once: a reload, a bookmark or a link sent on does not say it again.
const address = new URL(location);
address.searchParams.delete("done");
history.replaceState(history.state, "", address);
