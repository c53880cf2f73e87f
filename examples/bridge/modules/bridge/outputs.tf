output "provider_configuration_id" {
  description = "ID of the provider configuration that the bridge uses."
  value       = data.unpod_telephony_provider_configuration.this.id
}
