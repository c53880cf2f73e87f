output "connection" {
  description = "The bridge's slug, the phone number, and the id of the provider configuration that connects them."
  value       = terraform_data.connection.triggers_replace
}
