// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"context"
	"net/url"
	"testing"
)

func TestListen_freesPortOnClose(t *testing.T) {
	t.Parallel()
	server, err := New(Token, OrgHandle).Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(server.URL)
	if err != nil || address.Scheme != "http" || address.Hostname() != "127.0.0.1" || address.Port() == "0" || address.Path != "" {
		t.Errorf("got URL %s, want a port on 127.0.0.1 and no trailing slash", server.URL)
	}
	if _, err := New(Token, OrgHandle).Listen(t.Context(), address.Host); err == nil {
		t.Error("got no error for a port in use, want one")
	}
	if err := server.Close(); err != nil {
		t.Errorf("got error %s from Close, want none", err)
	}
	again, err := New(Token, OrgHandle).Listen(t.Context(), address.Host)
	if err != nil {
		t.Fatalf("got error %s for the port after Close, want none", err)
	}
	if err := again.Close(); err != nil {
		t.Errorf("got error %s from Close, want none", err)
	}
}

func TestListen_canceledContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if server, err := New(Token, OrgHandle).Listen(ctx, "127.0.0.1:0"); err == nil {
		_ = server.Close() // The test has failed.
		t.Error("got no error for a context that is done, want one")
	}
}
