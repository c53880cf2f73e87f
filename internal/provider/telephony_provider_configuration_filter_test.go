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
		"no filter":            {block{}, []unpodtest.Configuration{sip, blank, bare, america, asia, europe}},
		"provider slug":        {block{"provider_slug": "plivo"}, []unpodtest.Configuration{asia}},
		"provider slug of two": {block{"provider_slug": "twilio"}, []unpodtest.Configuration{america, europe}},
		"account":              {block{"account_sid": "ACeurope"}, []unpodtest.Configuration{europe}},
		"slug and account":     {block{"provider_slug": "twilio", "account_sid": "ACeurope"}, []unpodtest.Configuration{europe}},
		"without an account":   {block{"provider_slug": "sip"}, []unpodtest.Configuration{sip}},
		"only one matches":     {block{"provider_slug": "plivo", "account_sid": "ACeurope"}, nil},
		"case differs":         {block{"provider_slug": "Twilio"}, nil},
		"id":                   {block{"id": 42}, []unpodtest.Configuration{america}},
		"id and slug":          {block{"id": 50, "provider_slug": "twilio"}, []unpodtest.Configuration{europe}},
		"all three":            {block{"id": 42, "provider_slug": "twilio", "account_sid": "ACamerica"}, []unpodtest.Configuration{america}},
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

// TestFilter_comparesWhatStateHolds covers providers that are numbers, on some
// platforms, and text that the server sends in another normalization form.
func TestFilter_comparesWhatStateHolds(t *testing.T) {
	t.Parallel()
	public, decomposed := documentedUnpod(t), startUnpod(t, unpodtest.Configuration{ID: 42, Provider: new("cafe\u0301")})
	public.Set(func(s *unpodtest.Settings) { s.PublicCode = true })
	for slug, local := range map[string]*unpodtest.Server{"3": public, "caf\u00e9": decomposed} {
		p, want := configured(t, credentials(local, nil)), unpodtest.Configuration{ID: 42, Provider: &slug}
		wantState(t, listName, readData(t, p, listName, block{"provider_slug": slug}), listedState(block{"provider_slug": slug}, want))
		wantState(t, lookupName, readData(t, p, lookupName, block{"provider_slug": slug}), foundState(want))
	}
}

const (
	noMatch = "No provider configuration matches"
	useOne  = "Use the values of one of these configurations:\n\n"
	header  = "    id      provider_slug   account_sid"
)

// notFoundBy returns the error of a lookup with these conditions, one per line. It
// points to the argument if there is only one.
func notFoundBy(conditions, rest string) diagnostic {
	want := diagnostic{
		summary: noMatch,
		detail:  "No telephony provider configuration of the organization has:\n\n    " + strings.ReplaceAll(conditions, "\n", "\n    ") + "\n\n" + rest,
	}
	if !strings.Contains(conditions, "\n") {
		want.path, _, _ = strings.Cut(conditions, " ")
	}
	return want
}

// TestFilter_failsWithoutMatch checks that the error repeats id and provider_slug, but
// not account_sid, which may be sensitive.
func TestFilter_failsWithoutMatch(t *testing.T) {
	t.Parallel()
	const all = header +
		"\n    7       \"sip\"           null" +
		"\n    42      \"twilio\"        \"ACamerica\"" +
		"\n    43      \"plivo\"         \"MAasia\"" +
		"\n    50      \"twilio\"        \"ACeurope\""
	const sensitive = "Matching is case-sensitive. "
	hidden := func(account string) string { return strings.Replace(all, `"`+account+`"`, "(as set)", 1) }
	local := startUnpod(t, regions...)
	p := configured(t, credentials(local, nil))
	for name, test := range map[string]struct {
		conditions block
		want       diagnostic
	}{
		"id":            {block{"id": -44}, notFoundBy("id = -44", useOne+all)},
		"provider slug": {block{"provider_slug": "${v} %{w} ##\"\\"}, notFoundBy(`provider_slug = "$${v} %%{w} #\u0023\"\\"`, useOne+all)},
		"slug with control characters": {
			block{"provider_slug": "a\n::x\u202e\x1b\u3164"}, notFoundBy(`provider_slug = "a\U0000000a::x\U0000202e\U0000001b\U00003164"`, useOne+all),
		},
		"the token in the slug": {block{"provider_slug": "Bearer " + local.Token}, notFoundBy("provider_slug = (as set)", useOne+all)},
		"the token as slug":     {block{"provider_slug": local.Token}, notFoundBy("provider_slug = (as set)", useOne+all)},
		"account":               {block{"account_sid": "ACafrica"}, notFoundBy("account_sid = (as set)", useOne+all)},
		"case of the slug":      {block{"provider_slug": "Twilio"}, notFoundBy(`provider_slug = "Twilio"`, sensitive+"The platform writes provider_slug as \"twilio\".\n\n"+all)},
		"case of the account": {
			block{"id": 43, "account_sid": "maasia"}, notFoundBy("id = 43\naccount_sid = (as set)", sensitive+"The platform's account_sid differs in case.\n\n"+hidden("MAasia")),
		},
		"case of one of two": {
			block{"provider_slug": "Twilio", "account_sid": "ACeurope"},
			notFoundBy("provider_slug = \"Twilio\"\naccount_sid = (as set)", sensitive+"The platform writes provider_slug as \"twilio\".\n\n"+hidden("ACeurope")),
		},
		"case of the other": {
			block{"provider_slug": "twilio", "account_sid": "aceurope"},
			notFoundBy("provider_slug = \"twilio\"\naccount_sid = (as set)", sensitive+"The platform's account_sid differs in case.\n\n"+hidden("ACeurope")),
		},
		"case of both": {
			block{"provider_slug": "TWILIO", "account_sid": "ACEUROPE"},
			notFoundBy("provider_slug = \"TWILIO\"\naccount_sid = (as set)", sensitive+"The platform writes provider_slug as \"twilio\". The platform's account_sid differs in case.\n\n"+hidden("ACeurope")),
		},
		"only one of two conditions": {
			block{"provider_slug": "plivo", "account_sid": "ACeurope"},
			notFoundBy("provider_slug = \"plivo\"\naccount_sid = (as set)", useOne+hidden("ACeurope")),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantDiagnostics(t, readData(t, p, lookupName, test.conditions).Diagnostics, test.want)
		})
	}
	public := documentedUnpod(t)
	public.Set(func(s *unpodtest.Settings) { s.PublicCode = true })
	wantDiagnostics(t, readData(t, configured(t, credentials(public, nil)), lookupName, block{"provider_slug": "twilio"}).Diagnostics,
		notFoundBy(`provider_slug = "twilio"`, useOne+header+"\n    42      \"3\" (\"twilio\")  null\n    43      \"4\" (\"plivo\")   null"))
	empty := configured(t, credentials(startUnpod(t), nil))
	wantDiagnostics(t, readData(t, empty, lookupName, block{"id": 42}).Diagnostics,
		notFoundBy("id = 42", "The organization has no configurations. If that is unexpected, check org_handle \"unpod\" (from UNPOD_ORG_HANDLE)."))
}

// TestFilter_failsWithSeveralMatches checks that the error suggests exactly the
// arguments that could select one.
func TestFilter_failsWithSeveralMatches(t *testing.T) {
	t.Parallel()
	europe := regions[0]
	const slug, account = `provider_slug = "twilio"`, "account_sid = (as set)"
	for name, test := range map[string]struct {
		conditions block
		shown      string
		second     unpodtest.Configuration
		listed     [2]string // both configurations, without their IDs
		tell       string    // what to set
	}{
		"different accounts": {
			block{"provider_slug": "twilio"}, slug, unpodtest.Configuration{ID: 51, Provider: new("twilio"), AccountSID: new("ACasia")},
			[2]string{`"twilio"        "ACeurope"`, `"twilio"        "ACasia"`}, "account_sid or id",
		},
		"one without account": {
			block{"provider_slug": "twilio"}, slug, unpodtest.Configuration{ID: 51, Provider: new("twilio")},
			[2]string{`"twilio"        "ACeurope"`, `"twilio"        null`}, "account_sid or id",
		},
		"different ids only": {
			block{"provider_slug": "twilio"}, slug, unpodtest.Configuration{ID: 51, Provider: new("twilio"), AccountSID: europe.AccountSID},
			[2]string{`"twilio"        "ACeurope"`, `"twilio"        "ACeurope"`}, "id",
		},
		"different providers": {
			block{"account_sid": "ACeurope"}, account, unpodtest.Configuration{ID: 51, Provider: new("vonage"), AccountSID: europe.AccountSID},
			[2]string{`"twilio"        (as set)`, `"vonage"        (as set)`}, "provider_slug or id",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := configured(t, credentials(startUnpod(t, europe, test.second, sip), nil))
			argument, _, _ := strings.Cut(test.shown, " ")
			wantDiagnostics(t, readData(t, p, lookupName, test.conditions).Diagnostics, diagnostic{
				summary: "More than one provider configuration matches", path: argument,
				detail: "2 telephony provider configurations of the organization have:\n\n    " + test.shown +
					"\n\nTo select one of them, set " + test.tell + " as well:\n\n" + header + "\n    50      " + test.listed[0] + "\n    51      " + test.listed[1],
			})
		})
	}
	three := []unpod.ProviderConfiguration{{ID: 1, Provider: new(""), AccountSID: new("ACa")}, {ID: 2, Provider: new("x"), AccountSID: new("ACa")}, {ID: 3, Provider: new("x"), AccountSID: new("ACb")}}
	if got := distinctive(three); !slices.Equal(got, []string{"account_sid", "id"}) {
		t.Errorf("got %q for three matches, want account_sid, which one of them has alone, and id", got)
	}
}

// TestFilter_fitsScreen checks that the error fits on a screen, even with many
// configurations and long values. Documented values fit 80 columns, of which Terraform
// uses two.
func TestFilter_fitsScreen(t *testing.T) {
	t.Parallel()
	var configurations []unpodtest.Configuration
	lines := []string{useOne + header}
	for id := range int64(12) {
		length := 65 - int(id)%2 // A value of 64 characters is not cut.
		configurations = append(configurations, unpodtest.Configuration{ID: id + 1, Provider: new(strings.Repeat("ü", length))})
		value := strings.Repeat("ü", 64)
		if length > 64 {
			value += "…"
		}
		lines = append(lines, fmt.Sprintf("    %-7d %q null", id+1, value))
	}
	all := strings.Join(lines[:11], "\n")
	for more, want := range map[int]string{0: all, 2: all + "\n\nNot listed: 2 more. To see all, use the data source unpod_telephony_provider_configurations."} {
		p := configured(t, credentials(startUnpod(t, slices.Clone(configurations[:10+more])...), nil))
		wantDiagnostics(t, readData(t, p, lookupName, block{"id": 42}).Diagnostics, notFoundBy("id = 42", want))
	}
	named := filter{}.list([]unpod.ProviderConfiguration{
		{ID: 1, Provider: new("3"), ProviderName: "##${x}"}, {ID: 2, Provider: new("4")}, {ID: 3, Provider: new("twilio"), ProviderName: "Twilio"},
		{ID: 4, Provider: new("9223372036854775807"), AccountSID: new(""), ProviderName: "Plivo"}, {ID: 5, ProviderName: "Twilio", AccountSID: new("AC")},
	})
	if want := header + "\n    1       \"3\" (\"#\\u0023$${x}\") null\n    2       \"4\"             null\n    3       \"twilio\"        null\n" +
		"    4       \"9223372036854775807\" (\"Plivo\") \"\"\n    5       null            \"AC\""; named != want {
		t.Errorf("got\n%s\nwant\n%s", named, want)
	}
	for line := range strings.Lines(filter{}.list([]unpod.ProviderConfiguration{{ID: 1234567, Provider: new("13 characters"), AccountSID: new("AC" + strings.Repeat("0", 32))}})) {
		if len(line) > 78 {
			t.Errorf("got a line of %d characters: %s", len(line), line)
		}
	}
}

// emptyError is the framework's.
func emptyError(name string) diagnostic {
	return diagnostic{summary: "Invalid Attribute Value Length", path: name, detail: "Attribute " + name + " string length must be at least 1, got: 0"}
}

func TestFilter_rejectsEmptyValue(t *testing.T) {
	t.Parallel()
	p := configured(t, credentials(startUnpod(t, blank), nil))
	for _, source := range []string{listName, lookupName} {
		for _, name := range []string{"account_sid", "provider_slug"} {
			wantDiagnostics(t, readData(t, p, source, block{name: ""}).Diagnostics, emptyError(name))
		}
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
}
