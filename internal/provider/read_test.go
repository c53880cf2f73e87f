// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// maxAllocations is how many allocations the read of a list may make for each
// element, the provider's and the framework's together.
const maxAllocations = 10

// TestReadDataSource_allocations counts allocations, since what takes time here
// is what allocates. It does not run in parallel, because others allocate too.
func TestReadDataSource_allocations(t *testing.T) { //nolint:paralleltest // See above.
	const few, many = 10, 2_010
	each := (allocations(t, many) - allocations(t, few)) / (many - few)
	t.Logf("%.1f allocations an element", each)
	if each > maxAllocations {
		t.Errorf("got %.1f allocations an element, want at most %d", each, maxAllocations)
	}
}

// allocations are those of one read.
func allocations(t *testing.T, size int) float64 {
	t.Helper()
	read := listReader(t, listBody(t, size))
	return testing.AllocsPerRun(3, func() { read(t) })
}

// listReader returns what reads a list through a provider of its own. The server
// answers with a body that was made before, so that making it does not count.
func listReader(tb testing.TB, body string) func(testing.TB) {
	tb.Helper()
	server := startUnpod(tb)
	server.AnswerAlways(unpodtest.JSON(http.StatusOK, body))
	provider := configured(tb, credentials(server, nil))
	request := &tfprotov6.ReadDataSourceRequest{TypeName: "unpod_telephony_provider_configurations", Config: listDataSourceConfig(tb)}
	return func(tb testing.TB) {
		tb.Helper()
		resp, err := provider.ReadDataSource(tb.Context(), request)
		if err != nil || len(resp.Diagnostics) != 0 {
			tb.Fatal(err, resp)
		}
	}
}

// listBody is the body with which the local Unpod answers.
func listBody(tb testing.TB, size int) string {
	tb.Helper()
	request := httptest.NewRequestWithContext(tb.Context(), http.MethodGet, unpodtest.Path, http.NoBody)
	request.Header.Set("Authorization", "Token "+unpodtest.Token)
	request.Header.Set("Org-Handle", unpodtest.OrgHandle)
	recorder := httptest.NewRecorder()
	unpodtest.New(unpodtest.Token, unpodtest.OrgHandle, unpodtest.Many(size)...).ServeHTTP(recorder, request)
	if recorder.Code != http.StatusOK {
		tb.Fatalf("got status %d", recorder.Code)
	}
	return recorder.Body.String()
}
