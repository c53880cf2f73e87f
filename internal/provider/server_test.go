// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"encoding/json"
	"errors"
	"math"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestSetState_matchesSchema has the smallest and largest numbers, and null and
// empty text. Lists without elements are in TestFilter_findsMatches.
func TestSetState_matchesSchema(t *testing.T) {
	t.Parallel()
	all := []unpodtest.Configuration{
		{ID: math.MinInt64, AccountSID: new("AC")},
		{ID: math.MaxInt64, Provider: new(""), AccountSID: new("AC"), CreatedAt: new("today")},
	}
	filters := block{"account_sid": "AC"}
	p := configured(t, credentials(startUnpod(t, all...), nil))
	wantState(t, listName, readData(t, p, listName, filters), listedState(filters, all...))
	for _, configuration := range all {
		wantState(t, lookupName, readData(t, p, lookupName, block{"id": configuration.ID}), foundState(configuration))
	}
}

// TestSetState_failsWithOtherServer guards against a server that would lose the
// state.
func TestSetState_failsWithOtherServer(t *testing.T) {
	t.Parallel()
	if err := setState(t.Context(), listState{}); !errors.Is(err, errOtherServer) {
		t.Errorf("got error %v, want %v", err, errOtherServer)
	}
}

// TestReadDataSource_limitsAllocations counts allocations, because they dominate
// the time of a read. It is not parallel, because other tests allocate too.
func TestReadDataSource_limitsAllocations(t *testing.T) { //nolint:paralleltest // See above.
	const few, many, limit = 10, 2_010, 10 // The limit includes the framework's allocations.
	allocations := func(size int) float64 {
		readList := listReader(t, listBody(t, size))
		return testing.AllocsPerRun(3, func() { readList(t) })
	}
	each := (allocations(many) - allocations(few)) / (many - few)
	t.Logf("%.1f allocations per element", each)
	if each > limit {
		t.Errorf("got %.1f allocations per element, want at most %d", each, limit)
	}
}

// listReader returns a function that reads the list through a new provider. The
// body is a parameter, so that making it does not count in measurements.
func listReader(tb testing.TB, body string) func(testing.TB) {
	tb.Helper()
	local := startUnpod(tb)
	local.AnswerAlways(unpodtest.JSON(200, body))
	p := configured(tb, credentials(local, nil))
	request := listRequest(tb)
	return func(tb testing.TB) {
		tb.Helper()
		resp, err := p.ReadDataSource(tb.Context(), request)
		if err != nil || len(resp.Diagnostics) != 0 {
			tb.Fatal(err, resp)
		}
	}
}

// listBody returns a response with this many configurations.
func listBody(tb testing.TB, size int) string {
	tb.Helper()
	body, err := json.Marshal(map[string]any{"status_code": 200, "message": "Provider configurations fetched successfully.", "data": unpodtest.Many(size)})
	if err != nil {
		tb.Fatal(err)
	}
	return string(body)
}
