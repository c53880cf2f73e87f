locals {
  row = "%-4s  %-10s  %-34s  %s"
}

output "table" {
  description = "The organization's provider configurations, for reading."
  value = join("\n", concat(
    [format(local.row, "ID", "PROVIDER", "ACCOUNT SID", "CREATED AT")],
    [
      for c in data.unpod_telephony_provider_configurations.all.provider_configurations :
      format(local.row, c.id, coalesce(c.provider, "-"), coalesce(c.account_sid, "-"), coalesce(c.created_at, "-"))
    ],
  ))
}

output "bridge" {
  description = "The bridge, and the provider configuration that it uses."
  value = format(
    "%s uses provider configuration %d",
    terraform_data.bridge.input.name,
    terraform_data.bridge.input.provider_configuration_id,
  )
}
