// Copyright (c) Unpod
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/unpod-ai/terraform-provider-unpod/internal/unpod"
)

const (
	// maxListed caps the configurations in a message, so that it fits on a
	// screen.
	maxListed = 10
	// maxShownLen caps the length of a value in a message, in characters. An
	// account SID is shorter.
	maxShownLen = 64
)

// filter selects telephony provider configurations. A null field matches all.
type filter struct {
	id           types.Number
	providerSlug types.String
	accountSID   types.String
}

// apply returns the configurations that match, in the same order.
func (f filter) apply(configurations []unpod.ProviderConfiguration) []unpod.ProviderConfiguration {
	var matches []unpod.ProviderConfiguration
	for _, configuration := range configurations {
		if f.matches(configuration, func(a, b string) bool { return a == b }) {
			matches = append(matches, configuration)
		}
	}
	return matches
}

// matches reports whether a configuration has every value that is set. If a
// configuration's field is null, it does not match empty text.
func (f filter) matches(configuration unpod.ProviderConfiguration, equal func(a, b string) bool) bool {
	has := func(value *string, want types.String) bool {
		return want.IsNull() || value != nil && equal(*value, want.ValueString())
	}
	return f.matchesID(configuration.ID) && has(configuration.Provider, f.providerSlug) && has(configuration.AccountSID, f.accountSID)
}

func (f filter) matchesID(id int64) bool {
	return f.id.IsNull() || f.id.ValueBigFloat().Cmp(new(big.Float).SetInt64(id)) == 0
}

// noMatch returns the diagnostic for no match. It lists all configurations.
func (f filter) noMatch(all []unpod.ProviderConfiguration, s settings) diag.Diagnostic {
	detail := "No telephony provider configuration of the organization matches " + f.names(" and ") + "."
	switch {
	case len(all) == 0:
		detail += "\n\nThe organization has no configurations. If that is unexpected, check " + s.used["org_handle"] + "."
	case slices.ContainsFunc(all, func(c unpod.ProviderConfiguration) bool { return f.matches(c, strings.EqualFold) }):
		detail += "\n\nMatching is case-sensitive, and a configuration differs only in case. Check the case of the values that are listed as (as set).\n\n" + f.list(all)
	default:
		detail += "\n\nUse the values of one of these configurations.\n\n" + f.list(all)
	}
	return f.diagnostic("No provider configuration matches", detail)
}

// severalMatches returns the diagnostic for more than one match. It names the
// arguments that could select one.
func (f filter) severalMatches(matches []unpod.ProviderConfiguration) diag.Diagnostic {
	return f.diagnostic("More than one provider configuration matches", fmt.Sprintf(
		"%d telephony provider configurations of the organization match %s.\n\n%s\n\nTo select one, set %s as well.",
		len(matches), f.names(" and "), f.list(matches), strings.Join(distinctive(matches), " or ")))
}

// diagnostic points to the argument if only one is set. Terraform then prints its
// line, and unlike this code it knows which values are sensitive.
func (f filter) diagnostic(summary, detail string) diag.Diagnostic {
	if name := f.names(" "); !strings.Contains(name, " ") {
		return diag.NewAttributeErrorDiagnostic(path.Root(name), summary, detail)
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// names joins the names of the arguments that are set.
func (f filter) names(separator string) string {
	var names []string
	if !f.id.IsNull() {
		names = append(names, "id")
	}
	if !f.providerSlug.IsNull() {
		names = append(names, "provider_slug")
	}
	if !f.accountSID.IsNull() {
		names = append(names, "account_sid")
	}
	return strings.Join(names, separator)
}

// list formats configurations, one per line, up to maxListed.
func (f filter) list(configurations []unpod.ProviderConfiguration) string {
	lines := []string{"Configurations:"}
	for _, c := range configurations[:min(len(configurations), maxListed)] {
		id := strconv.FormatInt(c.ID, 10)
		if !f.id.IsNull() && f.matchesID(c.ID) {
			id = "(as set)"
		}
		lines = append(lines, fmt.Sprintf("  - id = %s, provider_slug = %s, account_sid = %s",
			id, shown(c.Provider, f.providerSlug), shown(c.AccountSID, f.accountSID)))
	}
	if more := len(configurations) - maxListed; more > 0 {
		lines = append(lines, fmt.Sprintf("  - and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// shown formats a value as HCL and truncates it if it is long. It hides a value
// that equals the argument's, ignoring case, because the argument may be sensitive.
func shown(value *string, want types.String) string {
	switch {
	case value == nil:
		return "null"
	case !want.IsNull() && strings.EqualFold(*value, want.ValueString()):
		return "(as set)"
	}
	text := *value
	if characters := []rune(text); len(characters) > maxShownLen {
		text = string(characters[:maxShownLen]) + "…"
	}
	return strconv.Quote(text)
}

// distinctive returns the arguments that could select one of the configurations:
// id, and those with a value that only one configuration has.
func distinctive(configurations []unpod.ProviderConfiguration) []string {
	providers, accounts := map[string]int{}, map[string]int{}
	for _, configuration := range configurations {
		if configuration.Provider != nil {
			providers[*configuration.Provider]++
		}
		if configuration.AccountSID != nil {
			accounts[*configuration.AccountSID]++
		}
	}
	var names []string
	if hasOne(providers) {
		names = append(names, "provider_slug")
	}
	if hasOne(accounts) {
		names = append(names, "account_sid")
	}
	return append(names, "id")
}

// hasOne reports whether any value was counted exactly once.
func hasOne(counts map[string]int) bool {
	return slices.Contains(slices.Collect(maps.Values(counts)), 1)
}
