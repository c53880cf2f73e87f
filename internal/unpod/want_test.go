// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package unpod

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// readList reads the list and fails the test if there is an error.
func readList(t *testing.T, client *Client) []ProviderConfiguration {
	t.Helper()
	all, err := client.ProviderConfigurations(t.Context())
	if err != nil {
		t.Fatalf("got error %q, want a list", err)
	}
	return all
}

// wantList reads the list and checks its IDs.
func wantList(t *testing.T, client *Client, want ...int64) {
	t.Helper()
	if got := ids(readList(t, client)); !slices.Equal(got, want) {
		t.Errorf("got ids %v, want %v", got, want)
	}
}

// wantOutcome expects a list with these IDs, or a failure if there is an error to
// want.
func wantOutcome(t *testing.T, client *Client, attempts int, want error, wantIDs ...int64) {
	t.Helper()
	if want != nil {
		wantFailure(t, client, attempts, want)
		return
	}
	wantList(t, client, wantIDs...)
}

func ids(all []ProviderConfiguration) []int64 {
	found := make([]int64, 0, len(all))
	for _, configuration := range all {
		found = append(found, configuration.ID)
	}
	return found
}

// wantFailure reads the list, and expects no elements, exactly this reason, by
// type and all fields, and this number of attempts at the last request. It
// returns the ID of the last attempt.
func wantFailure(t *testing.T, client *Client, attempts int, want error) (requestID string) {
	t.Helper()
	return wantFailureOf(t.Context(), t, client, attempts, want)
}

func wantFailureOf(ctx context.Context, t *testing.T, client *Client, attempts int, want error) (requestID string) {
	t.Helper()
	all, err := client.ProviderConfigurations(ctx)
	failed, ok := errors.AsType[*CallError](err)
	if !ok || all != nil {
		t.Fatalf("got ids %v and error %T %v, want a *CallError of %T %q", ids(all), err, err, want, want)
	}
	wantSame(t, failed.Err, want)
	if failed.Attempts != attempts || (failed.RequestID == "") != (attempts == 0) {
		t.Errorf("got %d attempts and request ID %q, want %d attempts", failed.Attempts, failed.RequestID, attempts)
	}
	wantNoCanary(t, failed.Error())
	return failed.RequestID
}

// wantSame checks an error's type and fields.
func wantSame(t *testing.T, err, want any) {
	t.Helper()
	if !reflect.DeepEqual(err, want) {
		t.Errorf("got error %#v\nwant %#v", err, want)
	}
}

// wantTook checks how long something took since it started.
func wantTook(t *testing.T, started time.Time, want time.Duration) {
	t.Helper()
	if took := time.Since(started); took != want {
		t.Errorf("took %s, want %s", took, want)
	}
}

// wantNoCanary checks that a text does not contain the token.
func wantNoCanary(t *testing.T, text string) {
	t.Helper()
	if strings.Contains(text, canary) {
		t.Errorf("the token leaked: %s", text)
	}
}

// wantErrorText checks the complete text of an error, or that there is none. A
// fixed text cannot include the input.
func wantErrorText(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("got error %q, want %q", got, want)
	}
}
