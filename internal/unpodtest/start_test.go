// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpodtest

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
)

// client returns a client that trusts the server.
func client(t *testing.T, server *Server) *http.Client {
	t.Helper()
	transport := &http.Transport{ForceAttemptHTTP2: true}
	if server.CACertPEM != "" {
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM([]byte(server.CACertPEM)) {
			t.Fatal("got no certificate from CACertPEM, want one")
		}
		transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// visit requests the server's root.
func visit(t *testing.T, client *http.Client, base string) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return errors.Join(err, response.Body.Close())
}

func TestStart_protocols(t *testing.T) {
	t.Parallel()
	plain, secure := Start(t, New(Token, OrgHandle)), StartTLS(t, New(Token, OrgHandle), "localhost")
	for base, test := range map[string]struct {
		server *Server
		want   string
	}{
		plain.URL:  {plain, "HTTP/1.1"},
		secure.URL: {secure, "HTTP/2.0"},
		strings.Replace(secure.URL, "127.0.0.1", "localhost", 1): {secure, "HTTP/2.0"},
	} {
		if err := visit(t, client(t, test.server), base); err != nil {
			t.Errorf("%s: got error %s, want none", base, err)
			continue
		}
		requests := test.server.Requests()
		if got := requests[len(requests)-1].Proto; got != test.want {
			t.Errorf("%s: got protocol %s, want %s", base, got, test.want)
		}
	}
	if plain.CACertPEM != "" {
		t.Errorf("got certificate %q from a plain server, want none", plain.CACertPEM)
	}
}
