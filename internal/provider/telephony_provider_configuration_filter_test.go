// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
	"github.com/unpod-ai/terraform-provider-unpod/internal/unpodtest"
)

// TestFilter_findsMatches covers both data sources.
func TestFilter_findsMatches(t *testing.T) {
	t.Parallel()
	europe, america, asia := regions[0], regions[1], regions[2]
	p := configured(t, credentials(startUnpod(t, append(regions, bare, blank)...), nil))
	for name, test := range map[string]struct {
		filters block
		want    []unpodtest.Configuration
	}{
		"no filter":                      {block{}, []unpodtest.Configuration{sip, blank, bare, america, asia, europe}},
		"provider slug":                  {block{"provider_slug": "plivo"}, []unpodtest.Configuration{asia}},
		"provider slug of two":           {block{"provider_slug": "twilio"}, []unpodtest.Configuration{america, europe}},
		"account":                        {block{"account_sid": "ACeurope"}, []unpodtest.Configuration{europe}},
		"slug and account":               {block{"provider_slug": "twilio", "account_sid": "ACeurope"}, []unpodtest.Configuration{europe}},
		"without an account":             {block{"provider_slug": "sip"}, []unpodtest.Configuration{sip}},
		"only one matches":               {block{"provider_slug": "plivo", "account_sid": "ACeurope"}, nil},
		"case differs":                   {block{"provider_slug": "Twilio"}, nil},
		"empty slug does not match null": {block{"provider_slug": ""}, []unpodtest.Configuration{blank}},
		"empty SID does not match null":  {block{"account_sid": ""}, []unpodtest.Configuration{blank}},
		"id":                             {block{"id": 42}, []unpodtest.Configuration{america}},
		"id and slug":                    {block{"id": 50, "provider_slug": "twilio"}, []unpodtest.Configuration{europe}},
		"all three":                      {block{"id": 42, "provider_slug": "twilio", "account_sid": "ACamerica"}, []unpodtest.Configuration{america}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.filters["id"] == nil {
				wantState(t, listName, readData(t, p, listName, test.filters), listedState(test.filters, test.want...))
			}
			if len(test.want) == 1 {
				wantState(t, lookupName, readData(t, p, lookupName, test.filters), foundState(test.want[0]))
			}
		})
	}
}

// TestFilter_comparesWhatStateHolds covers providers that are numbers, on older
// platforms, and text that the server sends in another normalization form.
func TestFilter_comparesWhatStateHolds(t *testing.T) {
	t.Parallel()
	older, decomposed := documentedUnpod(t), startUnpod(t, unpodtest.Configuration{ID: 42, Provider: new("cafe\u0301")})
	older.Set(func(s *unpodtest.Settings) { s.Older = true })
	for slug, local := range map[string]*unpodtest.Server{"3": older, "caf\u00e9": decomposed} {
		p, want := configured(t, credentials(local, nil)), unpodtest.Configuration{ID: 42, Provider: &slug}
		wantState(t, listName, readData(t, p, listName, block{"provider_slug": slug}), listedState(block{"provider_slug": slug}, want))
		wantState(t, lookupName, readData(t, p, lookupName, block{"provider_slug": slug}), foundState(want))
	}
}

const (
	noMatch   = "No provider configuration matches"
	useOne    = "Use the values of one of these configurations.\n\n"
	otherCase = "Matching is case-sensitive, and a configuration differs only in case. Check the case of the values that are listed as (as set).\n\n"
)

// notFoundBy returns the error of a lookup by these arguments. It points to the
// argument if there is only one.
func notFoundBy(names, rest string) diagnostic {
	want := diagnostic{summary: noMatch, detail: "No telephony provider configuration of the organization matches " + names + ".\n\n" + rest}
	if !strings.Contains(names, " ") {
		want.path = names
	}
	return want
}

// TestFilter_failsWithoutMatch checks that the error does not repeat the values of
// the conditions, which may be sensitive.
func TestFilter_failsWithoutMatch(t *testing.T) {
	t.Parallel()
	const all = "Configurations:\n" +
		"  - id = 7, provider_slug = \"sip\", account_sid = null\n" +
		"  - id = 42, provider_slug = \"twilio\", account_sid = \"ACamerica\"\n" +
		"  - id = 43, provider_slug = \"plivo\", account_sid = \"MAasia\"\n" +
		"  - id = 50, provider_slug = \"twilio\", account_sid = \"ACeurope\""
	replaced := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(all) }
	p := configured(t, credentials(startUnpod(t, regions...), nil))
	for name, test := range map[string]struct {
		conditions block
		want       diagnostic
	}{
		"id":            {block{"id": 44}, notFoundBy("id", useOne+all)},
		"provider slug": {block{"provider_slug": "vonage"}, notFoundBy("provider_slug", useOne+all)},
		"upper case":    {block{"provider_slug": "Twilio"}, notFoundBy("provider_slug", otherCase+replaced(`"twilio"`, "(as set)"))},
		"only one of two conditions": {
			block{"provider_slug": "plivo", "account_sid": "ACeurope"},
			notFoundBy("provider_slug and account_sid", useOne+replaced(`"plivo"`, "(as set)", `"ACeurope"`, "(as set)")),
		},
		"id of another account": {block{"id": 42, "account_sid": "MAasia"}, notFoundBy("id and account_sid", useOne+replaced("id = 42", "id = (as set)", `"MAasia"`, "(as set)"))},
		"empty value":           {block{"account_sid": ""}, notFoundBy("account_sid", useOne+all)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantDiagnostics(t, readData(t, p, lookupName, test.conditions).Diagnostics, test.want)
		})
	}
	wantInGuide(t, noMatch)
	emptyValues := configured(t, credentials(startUnpod(t, blank), nil))
	wantDiagnostics(t, readData(t, emptyValues, lookupName, block{"id": 42}).Diagnostics, notFoundBy("id", useOne+"Configurations:\n  - id = 8, provider_slug = \"\", account_sid = \"\""))
	empty := configured(t, credentials(startUnpod(t), nil))
	wantDiagnostics(t, readData(t, empty, lookupName, block{"id": 42}).Diagnostics,
		notFoundBy("id", "The organization has no configurations. If that is unexpected, check org_handle \"unpod\" (from UNPOD_ORG_HANDLE)."))
}

// TestFilter_failsWithSeveralMatches checks that the error suggests exactly the
// arguments that could select one.
func TestFilter_failsWithSeveralMatches(t *testing.T) {
	t.Parallel()
	europe := regions[0]
	const as, line = "(as set)", "id = %d, provider_slug = %s, account_sid = %s"
	for name, test := range map[string]struct {
		argument, value string
		second          unpodtest.Configuration
		first, listed   [2]string // how the slugs and accounts are listed
		tell            string    // what to set
	}{
		"different accounts":  {"provider_slug", "twilio", unpodtest.Configuration{ID: 51, Provider: new("twilio"), AccountSID: new("ACasia")}, [2]string{as, `"ACeurope"`}, [2]string{as, `"ACasia"`}, "account_sid or id"},
		"one without account": {"provider_slug", "twilio", unpodtest.Configuration{ID: 51, Provider: new("twilio")}, [2]string{as, `"ACeurope"`}, [2]string{as, "null"}, "account_sid or id"},
		"different ids only":  {"provider_slug", "twilio", unpodtest.Configuration{ID: 51, Provider: new("twilio"), AccountSID: europe.AccountSID}, [2]string{as, `"ACeurope"`}, [2]string{as, `"ACeurope"`}, "id"},
		"different providers": {"account_sid", "ACeurope", unpodtest.Configuration{ID: 51, Provider: new("vonage"), AccountSID: europe.AccountSID}, [2]string{`"twilio"`, as}, [2]string{`"vonage"`, as}, "provider_slug or id"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := configured(t, credentials(startUnpod(t, europe, test.second, sip), nil))
			wantDiagnostics(t, readData(t, p, lookupName, block{test.argument: test.value}).Diagnostics, diagnostic{
				summary: "More than one provider configuration matches", path: test.argument,
				detail: "2 telephony provider configurations of the organization match " + test.argument +
					".\n\nConfigurations:\n  - " + fmt.Sprintf(line, 50, test.first[0], test.first[1]) + "\n  - " + fmt.Sprintf(line, 51, test.listed[0], test.listed[1]) +
					"\n\nTo select one, set " + test.tell + " as well.",
			})
		})
	}
	wantInGuide(t, "More than one provider configuration matches")
	three := []unpod.ProviderConfiguration{{ID: 1, AccountSID: new("ACa")}, {ID: 2, AccountSID: new("ACa")}, {ID: 3, AccountSID: new("ACb")}}
	if got := distinctive(three); !slices.Equal(got, []string{"account_sid", "id"}) {
		t.Errorf("got %q for three matches, want account_sid, which one of them has alone, and id", got)
	}
}

// TestFilter_truncatesError checks that the error fits on a screen, even with many
// configurations and long values.
func TestFilter_truncatesError(t *testing.T) {
	t.Parallel()
	var configurations []unpodtest.Configuration
	lines := []string{useOne + "Configurations:"}
	for id := range int64(12) {
		length := 65 - int(id)%2 // A value of 64 characters is not cut.
		configurations = append(configurations, unpodtest.Configuration{ID: id + 1, Provider: new(strings.Repeat("ü", length))})
		value := strings.Repeat("ü", 64)
		if length > 64 {
			value += "…"
		}
		lines = append(lines, fmt.Sprintf("  - id = %d, provider_slug = %q, account_sid = null", id+1, value))
	}
	all := strings.Join(lines[:11], "\n")
	for more, want := range map[int]string{0: all, 2: all + "\n  - and 2 more"} {
		p := configured(t, credentials(startUnpod(t, slices.Clone(configurations[:10+more])...), nil))
		wantDiagnostics(t, readData(t, p, lookupName, block{"id": 42}).Diagnostics, notFoundBy("id", want))
	}
}

var invalidID = diagnostic{summary: "Invalid id", path: "id", detail: "id must be a whole number from -9223372036854775808 to 9223372036854775807."}

func TestFilter_rejectsInvalidID(t *testing.T) {
	t.Parallel()
	p := configured(t, credentials(startUnpod(t), nil))
	for _, text := range []string{"42.5", "1e400", "9223372036854775808", "-9223372036854775809"} {
		id, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		if err != nil {
			t.Fatal(err)
		}
		wantDiagnostics(t, readData(t, p, lookupName, block{"id": id}).Diagnostics, invalidID)
	}
}

var missingCondition = diagnostic{
	summary: "Missing Attribute Configuration", detail: "At least one of these attributes must be configured: [id,provider_slug,account_sid]",
}

func TestFilter_requiresCondition(t *testing.T) {
	t.Parallel()
	p := configured(t, credentials(startUnpod(t, sip), nil))
	wantDiagnostics(t, readData(t, p, lookupName, nil).Diagnostics, missingCondition)
	wantInGuide(t, missingCondition.summary)
}
