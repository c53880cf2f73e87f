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
	"unicode"

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

// matches reports whether a configuration has every value that is set.
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
	advice := "Use the values of one of these configurations:\n\n" + f.list(all)
	if i := slices.IndexFunc(all, func(c unpod.ProviderConfiguration) bool { return f.matches(c, strings.EqualFold) }); i >= 0 {
		advice = "Matching is case-sensitive. " + f.differences(all[i]) + "\n\n" + f.list(all)
	} else if len(all) == 0 {
		advice = "The organization has no configurations. If that is unexpected, check " + s.used["org_handle"] + "."
	}
	conditions := f.conditions(s)
	return lookupDiagnostic("No provider configuration matches", conditions, fmt.Sprintf(
		"No telephony provider configuration of the organization has:\n\n%s\n\n%s", strings.Join(conditions, "\n"), advice))
}

// differences says which values of a configuration differ from the conditions, which
// they do only in case.
func (f filter) differences(c unpod.ProviderConfiguration) string {
	var all []string
	if !f.providerSlug.IsNull() && *c.Provider != f.providerSlug.ValueString() {
		all = append(all, "The platform writes provider_slug as "+hcl(*c.Provider)+".")
	}
	if !f.accountSID.IsNull() && *c.AccountSID != f.accountSID.ValueString() {
		all = append(all, "The platform's account_sid differs in case.")
	}
	return strings.Join(all, " ")
}

// severalMatches returns the diagnostic for more than one match. It names the
// arguments that could select one.
func (f filter) severalMatches(matches []unpod.ProviderConfiguration, s settings) diag.Diagnostic {
	conditions := f.conditions(s)
	return lookupDiagnostic("More than one provider configuration matches", conditions, fmt.Sprintf(
		"%d telephony provider configurations of the organization have:\n\n%s\n\nTo select one of them, set %s as well:\n\n%s",
		len(matches), strings.Join(conditions, "\n"), strings.Join(distinctive(matches), " or "), f.list(matches)))
}

// lookupDiagnostic points to the argument if only one is set. Terraform then prints its
// line, and unlike this code it knows which values are sensitive.
func lookupDiagnostic(summary string, conditions []string, detail string) diag.Diagnostic {
	if len(conditions) == 1 {
		return diag.NewAttributeErrorDiagnostic(path.Root(strings.Fields(conditions[0])[0]), summary, detail)
	}
	return diag.NewErrorDiagnostic(summary, detail)
}

// conditions formats the arguments that are set, one per line. It hides account_sid,
// which may be sensitive.
func (f filter) conditions(s settings) []string {
	var lines []string
	if !f.id.IsNull() {
		lines = append(lines, "    id = "+f.id.ValueBigFloat().Text('f', 0))
	}
	if slug := f.providerSlug.ValueString(); s.options.Token.In(slug) {
		lines = append(lines, "    provider_slug = "+asSet)
	} else if !f.providerSlug.IsNull() {
		lines = append(lines, "    provider_slug = "+hcl(slug))
	}
	if !f.accountSID.IsNull() {
		lines = append(lines, "    account_sid = "+asSet)
	}
	return lines
}

// list formats configurations, one per line, up to maxListed. Most lines fit 80
// columns.
func (f filter) list(configurations []unpod.ProviderConfiguration) string {
	const line = "    %-7s %-15s %s\n"
	var lines strings.Builder
	_, _ = fmt.Fprintf(&lines, line, "id", "provider_slug", "account_sid")
	for _, c := range configurations[:min(len(configurations), maxListed)] {
		account := shown(c.AccountSID)
		if c.AccountSID != nil && !f.accountSID.IsNull() && strings.EqualFold(*c.AccountSID, f.accountSID.ValueString()) {
			account = asSet
		}
		provider := shown(c.Provider)
		if _, err := strconv.ParseInt(strings.Trim(provider, `"`), 10, 64); err == nil && c.ProviderName != "" {
			provider += " (" + hcl(c.ProviderName) + ")"
		}
		_, _ = fmt.Fprintf(&lines, line, strconv.FormatInt(c.ID, 10), provider, account)
	}
	if more := len(configurations) - maxListed; more > 0 {
		_, _ = fmt.Fprintf(&lines, "\nNot listed: %d more. To see all, use the data source unpod_telephony_provider_configurations.", more)
	}
	return strings.TrimSuffix(lines.String(), "\n")
}

// asSet stands for a value that the configuration has and messages hide.
const asSet = "(as set)"

// shown formats a value as HCL.
func shown(value *string) string {
	if value == nil {
		return "null"
	}
	return hcl(*value)
}

// hcl formats text as HCL that people may copy. It truncates long text.
func hcl(text string) string {
	if characters := []rune(text); len(characters) > maxShownLen {
		text = string(characters[:maxShownLen]) + "…"
	}
	text = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", "$${", "%{", "%%{", "##", `#\u0023`).Replace(text)
	var escaped strings.Builder
	for _, c := range text {
		if unicode.IsPrint(c) && !unpod.IsInvisible(c) {
			escaped.WriteRune(c)
		} else {
			_, _ = fmt.Fprintf(&escaped, `\U%08x`, c)
		}
	}
	return `"` + escaped.String() + `"`
}

// distinctive returns the arguments that could select one of the configurations:
// id, and those with a value that only one configuration has.
func distinctive(configurations []unpod.ProviderConfiguration) []string {
	providers, accounts := map[string]int{}, map[string]int{}
	for _, c := range configurations {
		providers[types.StringPointerValue(c.Provider).ValueString()]++
		accounts[types.StringPointerValue(c.AccountSID).ValueString()]++
	}
	var names []string
	for name, counts := range map[string]map[string]int{"account_sid": accounts, "provider_slug": providers} {
		delete(counts, "")
		if slices.Contains(slices.Collect(maps.Values(counts)), 1) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return append(names, "id")
}
