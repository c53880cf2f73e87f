output "connection" {
  description = "The bridge's slug, the phone number, and the provider configuration that connects them."
  value = merge(terraform_data.connection.triggers_replace, {
    provider_slug = data.unpod_telephony_provider_configuration.this.provider_slug
    account_sid   = data.unpod_telephony_provider_configuration.this.account_sid
  })
}
